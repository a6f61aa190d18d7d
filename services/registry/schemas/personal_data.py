"""The HTTP shapes of personal data: all of it for whom it belongs to, and what an erasure did."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.domain.agreement import AgreementKind
from services.registry.domain.erasure import GROUNDS
from services.registry.domain.person import PersonRole
from services.registry.use_cases.personal_data import Erased, PersonalData
from shared.personal.rotation import Progress


class SignatureItem(BaseModel):
    agreement: AgreementKind
    version: str
    signed_by: str
    signed_at: datetime
    address: str
    user_agent: str


class PersonalDataResponse(BaseModel):
    """Everything that the registry keeps about persons of this provider; documents by their own address."""

    provider_id: UUID
    account_id: str
    persons: dict[PersonRole, dict[str, str]]
    proposed: dict[PersonRole, dict[str, str]] = Field(description="What a change that waits says of persons.")
    signatures: list[SignatureItem]
    documents: str

    @classmethod
    def of(cls, data: PersonalData) -> Self:
        provider, statement = data.provider, data.statement
        return cls(
            provider_id=provider.provider_id,
            account_id=provider.account_id,
            persons={role: dict(statement.of(role)) for role in PersonRole if statement.of(role)},
            proposed={role: dict(data.proposed.of(role)) for role in PersonRole if data.proposed.of(role)},
            signatures=[
                SignatureItem.model_validate({name: getattr(signature, name) for name in SignatureItem.model_fields})
                for signature in data.signatures
            ],
            documents=f"/v1/providers/{provider.provider_id}/documents",
        )


class KeptItem(BaseModel):
    what: str
    ground: str


class ErasureResponse(BaseModel):
    """What was erased just now, and what is kept on which ground."""

    provider_id: UUID
    persons: list[PersonRole]
    documents: int
    kept: list[KeptItem]
    version: int

    @classmethod
    def of(cls, erased: Erased) -> Self:
        return cls(
            provider_id=erased.provider.provider_id,
            persons=list(erased.persons),
            documents=erased.documents,
            kept=[KeptItem(what=kept, ground=GROUNDS[kept]) for kept in erased.outcome.kept],
            version=erased.provider.version,
        )


class PersonalKeysResponse(BaseModel):
    """The keys of persons by the id of the key that wraps them. `remaining` of `total` still need an older one."""

    current: str
    total: int
    remaining: int
    by_key: dict[str, int]

    @classmethod
    def of(cls, now: Progress) -> Self:
        return cls(
            current=now.current, total=sum(now.by_key.values()), remaining=now.remaining, by_key=dict(now.by_key)
        )
