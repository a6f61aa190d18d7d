"""The HTTP shapes of changes of what was verified. Only `ProposedProfileResponse` says anything about persons."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.domain.application import Item
from services.registry.domain.person import PersonRole, Statement
from services.registry.domain.profile_change import ChangeState, ProfileChange
from services.registry.schemas.applications import ObjectionItem
from services.registry.schemas.providers import Address, RepresentativeForm, SettlementAccountForm
from shared.http.fields import Line


class ProfileChangeForm(BaseModel):
    """What is left out stays as it is; who changes is stated completely."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"registered_address": "浙江省杭州市滨江区示例路2号"}},
    )
    legal_name: Line | None = None
    registered_address: Address = ""
    representative: RepresentativeForm = RepresentativeForm()
    settlement_account: SettlementAccountForm = SettlementAccountForm()

    def statement(self) -> Statement:
        persons = {
            PersonRole.REPRESENTATIVE: self.representative.model_dump(),
            PersonRole.SETTLEMENT_ACCOUNT: self.settlement_account.model_dump(),
        }
        return Statement(self.legal_name or "", self.registered_address, persons=persons)


class ProfileChangeResponse(BaseModel):
    """Carries nothing about a person, so that it may be kept. Who works on it is shown to staff only."""

    change_id: UUID
    provider_id: UUID
    state: ChangeState
    legal_name: str = Field(description="Empty: stays as it is.")
    registered_address: str = Field(description="Empty: stays as it is.")
    items: list[Item] = Field(description="What changes and is verified anew.")
    round: int = Field(description="How often it was submitted.")
    submitted_at: datetime
    due_at: datetime | None = Field(description="When staff decides at the latest.")
    due_is_provisional: bool = Field(description="True while the calendar of that year is not published.")
    claimed_by: str
    claimed_until: datetime | None
    objections: list[ObjectionItem]
    decided_at: datetime | None
    reason: str
    version: int

    @classmethod
    def of(cls, change: ProfileChange, *, for_staff: bool) -> Self:
        plain = {name: getattr(change, name) for name in cls.model_fields}
        if not for_staff:
            plain |= {"claimed_by": "", "claimed_until": None}
        return cls.model_validate(plain)


class ProposedProfileResponse(BaseModel):
    """Personal data: for the provider itself and for officers. Who reads it is recorded."""

    legal_name: str
    registered_address: str
    representative: dict[str, str]
    settlement_account: dict[str, str]
    version: int

    @classmethod
    def of(cls, change: ProfileChange, stated: Statement) -> Self:
        return cls(
            legal_name=stated.legal_name,
            registered_address=stated.registered_address,
            representative=dict(stated.of(PersonRole.REPRESENTATIVE)),
            settlement_account=dict(stated.of(PersonRole.SETTLEMENT_ACCOUNT)),
            version=change.version,
        )
