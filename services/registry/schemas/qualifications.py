"""The HTTP shapes of category qualifications: what is asked for, what is held, and what was."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.registry.domain.qualification import Qualification, QualificationStep, StepKind
from services.registry.domain.requirement import Requirement
from shared.http.fields import Instant, Slug


class QualificationGrantRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"category": "shop-operation"}})
    category: Slug
    expires_at: Instant | None = None
    reason: Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00]*$")] = ""


class CategoryItem(BaseModel):
    category: str
    expires_at: datetime | None


class RequiredProofItem(BaseModel):
    kind: str
    title: str
    title_zh: str
    stated: bool = Field(description="A statement in words is enough.")
    dated: bool = Field(description="The document must say until when it is valid.")
    notes: str
    notes_zh: str


class RequirementItem(BaseModel):
    category: str
    clause: str
    source: str
    valid_days: int = Field(description="How long a grant holds at the most.")
    notes: str
    notes_zh: str
    proofs: list[RequiredProofItem]

    @classmethod
    def of(cls, requirement: Requirement) -> Self:
        proofs = [
            RequiredProofItem.model_validate({name: getattr(p, name) for name in RequiredProofItem.model_fields})
            for p in requirement.proofs
        ]
        plain = {name: getattr(requirement, name) for name in cls.model_fields if name != "proofs"}
        return cls.model_validate(plain | {"proofs": proofs})


class RequirementsResponse(BaseModel):
    items: list[RequirementItem]


class QualificationItem(BaseModel):
    category: str
    granted_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    holds: bool

    @classmethod
    def of(cls, held: Qualification, at: datetime) -> Self:
        return cls(
            category=held.category,
            granted_at=held.granted_at,
            expires_at=held.expires_at,
            revoked_at=held.revoked_at,
            holds=held.holds(at),
        )


class StepItem(BaseModel):
    category: str
    kind: StepKind
    at: datetime
    expires_at: datetime | None
    reason: str
    request_id: UUID | None

    @classmethod
    def of(cls, step: QualificationStep) -> Self:
        return cls.model_validate({name: getattr(step, name) for name in cls.model_fields})


class QualificationsResponse(BaseModel):
    items: list[QualificationItem]
    history: list[StepItem] = Field(description="Every grant, renewal, revocation and expiry, oldest first.")
