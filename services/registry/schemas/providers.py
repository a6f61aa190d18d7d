"""The HTTP shapes of providers and their profiles."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.registry.domain.provider import Profile, Provider
from services.registry.queries.providers import ProviderView
from services.registry.schemas.agreements import SignatureItem
from services.registry.schemas.qualifications import CategoryItem
from shared.contracts.registry import Standing
from shared.http.fields import Line, WebAddress

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


class MissingItem(BaseModel):
    field: str
    clause: str
    advice: str


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
