"""The HTTP shapes of the registry."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.registry.domain.agreement import Agreement, AgreementKind, hash_of
from services.registry.domain.explanation import Because
from services.registry.domain.provider import Profile, Provider
from services.registry.queries import ProviderView
from shared.contracts.effects import Effect
from shared.contracts.registry import Standing
from shared.http.fields import Line, Reason, Slug, WebAddress

_Person = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
_Email = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^([^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+)?$")
]
_Phone = Annotated[str, StringConstraints(max_length=32, pattern=r"^(\+?[0-9][0-9 ()-]{4,30})?$")]


class ProfileRequest(BaseModel):
    """What is left empty stays missing, and is named so, until it is stated."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "legal_name": "杭州示例科技有限公司",
                "legal_representative": "王示例",
                "contact_email": "service@example.com",
                "contact_phone": "0571-88888888",
                "website": "https://www.example.com",
            }
        },
    )
    legal_name: Line
    legal_representative: _Person = ""
    contact_email: _Email = ""
    contact_phone: _Phone = ""
    website: WebAddress = ""

    def profile(self) -> Profile:
        return Profile(self.legal_name, self.legal_representative, self.contact_email, self.contact_phone, self.website)


class ApplicationRequest(ProfileRequest):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "legal_name": "杭州示例科技有限公司",
                "unified_social_credit_code": "91110000600037341L",
                "legal_representative": "王示例",
                "contact_email": "service@example.com",
                "contact_phone": "0571-88888888",
                "website": "https://www.example.com",
            }
        },
    )
    unified_social_credit_code: Line


class ReasonRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "营业执照与公示信息一致"}})
    reason: Reason


class SignatureRequest(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"agreement": "service", "version": "2020-02"}}
    )
    agreement: AgreementKind
    version: Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z.-]+$")]


class QualificationRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"category": "shop-operation"}})
    category: Slug
    expires_at: AwareDatetime | None = None
    reason: Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00]*$")] = ""


class MissingItem(BaseModel):
    field: str
    clause: str
    advice: str


class CategoryItem(BaseModel):
    category: str
    expires_at: datetime | None


class SignatureItem(BaseModel):
    agreement: AgreementKind
    version: str
    text_hash: str
    signed_at: datetime


class ProviderResponse(BaseModel):
    """Carries nothing about a person, so that it may be kept and logged; those are in the profile."""

    provider_id: UUID
    account_id: str
    legal_name: str
    unified_social_credit_code: str
    standing: Standing
    missing: list[MissingItem] = Field(description="What the admission still waits for; empty when it is complete.")
    categories: list[str]
    qualifications: list[CategoryItem]
    signatures: list[SignatureItem]
    same_code: list[UUID] = Field(description="Other providers with the same code; shown to staff only.")
    applied_at: datetime
    verified_at: datetime | None
    admitted_at: datetime | None
    version: int

    @classmethod
    def of(cls, view: ProviderView, *, for_staff: bool) -> Self:
        provider = view.provider
        return cls(
            provider_id=provider.provider_id,
            account_id=provider.account_id,
            legal_name=provider.profile.legal_name,
            unified_social_credit_code=provider.unified_social_credit_code,
            standing=provider.standing,
            missing=[MissingItem(field=m.field, clause=m.clause, advice=m.advice) for m in view.missing],
            categories=[q.category for q in view.categories],
            qualifications=[CategoryItem(category=q.category, expires_at=q.expires_at) for q in view.categories],
            signatures=[
                SignatureItem(agreement=s.agreement, version=s.version, text_hash=s.text_hash, signed_at=s.signed_at)
                for s in view.signatures
            ],
            same_code=list(view.same_code) if for_staff else [],
            applied_at=provider.applied_at,
            verified_at=provider.verified_at,
            admitted_at=provider.admitted_at,
            version=provider.version,
        )


class ProviderSummary(BaseModel):
    provider_id: UUID
    legal_name: str
    standing: Standing
    applied_at: datetime
    version: int

    @classmethod
    def of(cls, provider: Provider) -> Self:
        return cls(
            provider_id=provider.provider_id,
            legal_name=provider.profile.legal_name,
            standing=provider.standing,
            applied_at=provider.applied_at,
            version=provider.version,
        )


class ProfileResponse(BaseModel):
    """Personal data: for the provider itself and for officers."""

    legal_name: str
    legal_representative: str
    contact_email: str
    contact_phone: str
    website: str
    version: int

    @classmethod
    def of(cls, provider: Provider) -> Self:
        profile = provider.profile
        return cls(
            legal_name=profile.legal_name,
            legal_representative=profile.legal_representative,
            contact_email=profile.contact_email,
            contact_phone=profile.contact_phone,
            website=profile.website,
            version=provider.version,
        )


class AgreementResponse(BaseModel):
    agreement: AgreementKind
    version: str
    title: str
    text: str
    text_hash: str = Field(description="Hex SHA-256 of the UTF-8 text; a signature binds to it.")
    announced_at: datetime
    in_force_at: datetime
    in_force: bool

    @classmethod
    def of(cls, agreement: Agreement, *, in_force: bool) -> Self:
        return cls(
            agreement=agreement.agreement,
            version=agreement.version,
            title=agreement.title,
            text=agreement.text,
            text_hash=hash_of(agreement.text),
            announced_at=agreement.announced_at,
            in_force_at=agreement.in_force_at,
            in_force=in_force,
        )


class AgreementsResponse(BaseModel):
    items: list[AgreementResponse]


class BecauseItem(BaseModel):
    """One cause. `source` says who holds it: the provider's standing, or a restriction of enforcement."""

    source: str
    clause: str
    reason: str
    measure: str = ""
    measure_clause: str = ""
    penalty_id: UUID | None = None
    decision_id: UUID | None = None
    from_: datetime | None = Field(default=None, alias="from")
    until: datetime | None = None
    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)


class EffectItem(BaseModel):
    blocked: bool
    causes: list[BecauseItem]


class ExplanationResponse(BaseModel):
    provider_id: UUID
    category: str
    standing: Standing
    at: datetime
    effects: dict[Effect, EffectItem]

    @classmethod
    def of(cls, provider: Provider, category: str, at: datetime, effects: Mapping[Effect, tuple[Because, ...]]) -> Self:
        return cls(
            provider_id=provider.provider_id,
            category=category,
            standing=provider.standing,
            at=at,
            effects={
                effect: EffectItem(blocked=bool(causes), causes=[BecauseItem(**_members(c)) for c in causes])
                for effect, causes in effects.items()
            },
        )


def _members(because: Because) -> dict[str, Any]:
    return {name: getattr(because, name) for name in Because.__slots__}
