"""The HTTP shapes of requests for a qualification, and of what staff decides about them."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.registry.domain.qualification_request import QualificationRequest, RequestState, kept_proof
from services.registry.domain.requirement import Proof
from shared.http.fields import Instant, Reason, Slug

_Kind = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z]+(_[a-z]+)*$")]
_Statement = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5_000, pattern=r"^[^\x00]*$")]


class ProofItem(BaseModel):
    """One document of the provider's own, or a statement in words where the category takes one."""

    model_config = ConfigDict(extra="forbid")
    kind: _Kind
    document_id: UUID | None = None
    statement: _Statement = ""

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.document_id is None) == (not self.statement):
            raise ValueError("name either a document_id or a statement")
        return self

    def proof(self) -> Proof:
        return Proof(self.kind, self.document_id, self.statement)


class ProofsRequest(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"proofs": [{"kind": "course_outline", "statement": "直播运营基础，共八课时，讲师两名"}]}
        },
    )
    proofs: list[ProofItem] = Field(min_length=1, max_length=20)

    def put_forward(self) -> list[Proof]:
        return [item.proof() for item in self.proofs]


class QualificationRequestForm(ProofsRequest):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "category": "training",
                "proofs": [
                    {"kind": "qualification_certificate", "document_id": "019a20c2-4671-7da3-a41d-a1afadef43d6"},
                    {"kind": "course_outline", "statement": "直播运营基础，共八课时，讲师两名"},
                ],
            }
        },
    )
    category: Slug


class GrantDecisionRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "材料齐全，证书在有效期内"}})
    reason: Reason
    expires_at: Instant | None = Field(default=None, description="Empty: as long as its documents permit.")


class QualificationRequestResponse(BaseModel):
    """Who works on it is shown to staff only."""

    request_id: UUID
    provider_id: UUID
    category: str
    renews: bool = Field(description="The category was held when this was requested; it is until its own end.")
    state: RequestState
    proofs: list[ProofItem]
    requested_at: datetime
    claimed_by: str
    claimed_until: datetime | None
    decided_at: datetime | None
    reason: str
    expires_at: datetime | None
    version: int

    @classmethod
    def of(cls, request: QualificationRequest, *, for_staff: bool) -> Self:
        plain = {name: getattr(request, name) for name in cls.model_fields if name != "proofs"}
        if not for_staff:
            plain |= {"claimed_by": "", "claimed_until": None}
        return cls.model_validate(plain | {"proofs": [kept_proof(proof) for proof in request.put_forward]})
