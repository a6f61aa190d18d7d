"""The HTTP shapes of applications: their state, the queue, and what staff decides."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.registry.domain.application import Application, ApplicationState, Item, Objection
from shared.http.fields import Reason

_Field = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z_]+(\.[a-z_]+)?$")]
_Clause = Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=r"^[0-9]+(\.[0-9]+)*(\([0-9]+\))?$")]


class VerificationRequest(BaseModel):
    """Without `items` everything is verified."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"reason": "营业执照与公示信息一致", "items": ["enterprise"]}}
    )
    reason: Reason
    items: list[Item] = Field(default=list(Item), min_length=1, max_length=len(Item))


class ObjectionItem(BaseModel):
    model_config = ConfigDict(extra="forbid")
    field: _Field = Field(description="As in `missing`, for example `settlement_account.account_name`.")
    reason: Reason
    clause: _Clause = "3.1"


class ObjectionsRequest(BaseModel):
    """What is wrong, field by field. It is told to the provider, and names no personal data."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"objections": [{"field": "document.business_licence", "reason": "照片模糊，无法辨认"}]}
        },
    )
    objections: list[ObjectionItem] = Field(min_length=1, max_length=50)

    def told(self) -> list[Objection]:
        return [Objection(item.field, item.reason, item.clause) for item in self.objections]


class ApplicationItem(BaseModel):
    """Where an application stands. Who works on it is shown to staff only."""

    state: ApplicationState
    round: int = Field(description="How often it was submitted.")
    submitted_at: datetime | None
    due_at: datetime | None = Field(description="When staff decides at the latest.")
    due_is_provisional: bool = Field(description="True while the calendar of that year is not published.")
    claimed_by: str
    claimed_until: datetime | None
    verified: list[Item]
    objections: list[ObjectionItem]
    decided_at: datetime | None
    reason: str

    @classmethod
    def of(cls, application: Application, *, for_staff: bool) -> Self:
        return cls(
            state=application.state,
            round=application.round,
            submitted_at=application.submitted_at,
            due_at=application.due_at,
            due_is_provisional=application.due_is_provisional,
            claimed_by=application.claimed_by if for_staff else "",
            claimed_until=application.claimed_until if for_staff else None,
            verified=[item for item in Item if item in application.checks],
            objections=[ObjectionItem.model_validate(objection) for objection in application.objections],
            decided_at=application.decided_at,
            reason=application.reason,
        )


class QueuedItem(BaseModel):
    """One application that waits, in the order in which it is due."""

    provider_id: UUID
    legal_name: str
    state: ApplicationState
    round: int
    submitted_at: datetime
    due_at: datetime
    due_is_provisional: bool
    claimed_by: str
    claimed_until: datetime | None

    @classmethod
    def of(cls, application: Application, legal_name: str) -> Self:
        return cls.model_validate(
            {name: getattr(application, name) for name in cls.model_fields if name != "legal_name"}
            | {"legal_name": legal_name}
        )
