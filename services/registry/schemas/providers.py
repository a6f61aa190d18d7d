"""The HTTP shapes of providers and of what they state about themselves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.registry.domain.person import FIELDS, PersonRole, Statement
from services.registry.domain.provider import Provider
from services.registry.queries.providers import ProviderView
from services.registry.schemas.agreements import SignatureItem
from services.registry.schemas.applications import ApplicationItem
from services.registry.schemas.qualifications import CategoryItem
from shared.contracts.registry import Standing
from shared.http.fields import Line, WebAddress

_UNSEEN = r"\x00-\x1f\x7f-\x9f"
_Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=rf"^[^{_UNSEEN}]*$")]
Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300, pattern=rf"^[^{_UNSEEN}]*$")]
_Email = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^([^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+)?$")
]
_Phone = Annotated[str, StringConstraints(max_length=32, pattern=r"^(\+?[0-9][0-9 ()-]{4,30})?$")]
_Number = Annotated[str, StringConstraints(max_length=40, pattern=rf"^[^{_UNSEEN}]*$")]


class RepresentativeForm(BaseModel):
    """The legal representative as on the business licence, with a mainland resident identity card."""

    model_config = ConfigDict(extra="forbid")
    name: _Text = ""
    identity_number: _Number = ""


class ContactForm(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: _Text = ""
    email: _Email = ""
    phone: _Phone = ""


class SettlementAccountForm(BaseModel):
    """The enterprise's own account: its name is the legal name."""

    model_config = ConfigDict(extra="forbid")
    bank_name: _Text = ""
    bank_code: _Number = Field(default="", description="The 12 digits of the bank's CNAPS code.")
    account_name: Address = ""
    account_number: _Number = ""


_EXAMPLE: dict[str, Any] = {
    "legal_name": "杭州示例科技有限公司",
    "registered_address": "浙江省杭州市余杭区示例路1号",
    "website": "https://www.example.com",
    "representative": {"name": "王示例", "identity_number": "11010519491231002X"},
    "support_contact": {"name": "李示例", "email": "service@example.com", "phone": "0571-88888888"},
    "security_contact": {"name": "赵示例", "email": "security@example.com", "phone": "0571-88888889"},
    "settlement_account": {
        "bank_name": "中国示例银行杭州分行",
        "bank_code": "102331000000",
        "account_name": "杭州示例科技有限公司",
        "account_number": "1202020209900000001",
    },
}


class ProfileRequest(BaseModel):
    """What is left empty stays missing, and is named so, until it is stated."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": _EXAMPLE})
    unified_social_credit_code: _Text = Field(
        default="", description="To correct it before the admission; empty: it stays."
    )
    legal_name: Line
    registered_address: Address = ""
    website: WebAddress = ""
    representative: RepresentativeForm = RepresentativeForm()
    support_contact: ContactForm = ContactForm()
    security_contact: ContactForm = ContactForm()
    settlement_account: SettlementAccountForm = SettlementAccountForm()

    def statement(self) -> Statement:
        persons = {role: getattr(self, role).model_dump() for role in PersonRole}
        return Statement(self.legal_name, self.registered_address, self.website, persons)


class ApplicationRequest(ProfileRequest):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {**_EXAMPLE, "unified_social_credit_code": "91110000600037341L"}},
    )
    unified_social_credit_code: Line


class MissingItem(BaseModel):
    field: str
    clause: str
    advice: str
    advice_zh: str


class ProviderResponse(BaseModel):
    """Carries nothing about a person, so that it may be kept and logged; those are in the profile."""

    provider_id: UUID
    account_id: str
    legal_name: str
    unified_social_credit_code: str
    standing: Standing
    application: ApplicationItem
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
            application=ApplicationItem.of(view.application, for_staff=for_staff),
            missing=[
                MissingItem(field=m.field, clause=m.clause, advice=m.advice, advice_zh=m.advice_zh)
                for m in view.missing
            ],
            categories=[q.category for q in view.categories],
            qualifications=[CategoryItem(category=q.category, expires_at=q.expires_at) for q in view.categories],
            signatures=[
                SignatureItem(agreement=s.agreement, version=s.version, text_hash=s.text_hash, signed_at=s.signed_at)
                for s in view.signatures
            ],
            same_code=list(view.same_code) if for_staff else [],
            applied_at=provider.applied_at,
            verified_at=view.application.verified_at(),
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
    """Personal data: for the provider itself and for officers. Who reads it is recorded."""

    legal_name: str
    registered_address: str
    website: str
    representative: dict[str, str]
    support_contact: dict[str, str]
    security_contact: dict[str, str]
    settlement_account: dict[str, str]
    version: int

    @classmethod
    def of(cls, provider: Provider, statement: Statement) -> Self:
        persons: Mapping[str, dict[str, str]] = {
            role: {name: statement.of(role).get(name, "") for name in FIELDS[role]} for role in PersonRole
        }
        return cls(
            legal_name=statement.legal_name,
            registered_address=statement.registered_address,
            website=statement.website,
            version=provider.version,
            **persons,
        )
