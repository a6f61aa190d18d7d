"""A provider: who it is, what is still missing for its admission, and its standing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.registry.domain import standing as standings
from services.registry.domain.agreement import Agreement, AgreementKind, Signature
from services.registry.domain.errors import NotAdmissible, OwnProvider, ProfileSettled, WrongStanding
from services.registry.domain.qualification import Qualification, qualified
from shared.contracts.registry import (
    AgreementSigned,
    ProviderAdmitted,
    ProviderStandingChanged,
    QualificationGranted,
    Standing,
)

PERSONAL = frozenset({"legal_representative", "contact_email", "contact_phone"})
"""The fields about a person: never in events, logs, audit records or kept answers."""

ADVICE = {
    "legal_representative": "State the name of the legal representative as on the business licence",
    "contact_email": "State an e-mail address at which the platform reaches you",
    "contact_phone": "State a phone number at which the platform reaches you",
    "website": "State the address of the enterprise's website",
    "verification": "The platform's officer still has to verify the enterprise",
    "agreement.developer": "Sign the developer agreement in its current version",
    "agreement.service": "Sign the service agreement in its current version",
}


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that admission still waits for."""

    field: str
    clause: str
    advice: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What a provider states about itself. An empty text means that it is not stated yet."""

    legal_name: str
    legal_representative: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    website: str = ""

    def missing(self) -> tuple[Missing, ...]:
        return tuple(
            _missing(field)
            for field in ("legal_representative", "contact_email", "contact_phone", "website")
            if not getattr(self, field).strip()
        )


def _missing(field: str) -> Missing:
    return Missing(field, "3.1", ADVICE[field])


def is_enterprise(code: str) -> bool:
    """Registered with the market regulator (9) as an enterprise (1): no sole trader, no office, no association."""
    return code.startswith("91")


@dataclass(eq=False)
class Provider:
    """One provider of one account. `version` counts every change of what its own page shows."""

    provider_id: UUID
    account_id: str
    unified_social_credit_code: str
    profile: Profile
    applied_at: datetime
    standing: Standing = Standing.APPLIED
    verified_at: datetime | None = None
    verified_by: str = ""
    admitted_at: datetime | None = None
    version: int = 1

    def missing(self, unsigned: Iterable[AgreementKind]) -> tuple[Missing, ...]:
        """Everything that stands between this provider and its admission, field by field."""
        verification = () if self.verified_at else (_missing("verification"),)
        return (
            *self.profile.missing(),
            *verification,
            *(_missing(f"agreement.{kind}") for kind in unsigned),
        )

    def restate(self, profile: Profile) -> None:
        """The applicant completes or corrects its profile; what was verified must be verified again."""
        if self.standing is not Standing.APPLIED:
            raise ProfileSettled("The profile was verified for the admission; ask the platform to change it")
        if profile != self.profile:
            self.profile, self.verified_at, self.verified_by = profile, None, ""
            self.version += 1

    def verify(self, *, by: str, at: datetime) -> None:
        self.refuse_own(by)
        if self.standing is not Standing.APPLIED:
            raise WrongStanding(f"The provider is {self.standing}; only an applicant is verified")
        if missing := self.profile.missing():
            raise NotAdmissible("The profile is not complete", missing=[m.field for m in missing])
        if self.verified_at is None:
            self.verified_at, self.verified_by = at, by
            self.version += 1

    def admit(self, *, by: str, at: datetime, unsigned: Iterable[AgreementKind]) -> list[ProviderAdmitted]:
        self.refuse_own(by)
        if self.standing is Standing.ADMITTED:
            return []
        self.refuse_transition(Standing.ADMITTED)
        if missing := self.missing(unsigned):
            raise NotAdmissible("The provider is not complete", missing=[m.field for m in missing])
        self.standing, self.admitted_at = Standing.ADMITTED, at
        self.version += 1
        return [
            ProviderAdmitted(
                provider_id=self.provider_id,
                account_id=self.account_id,
                legal_name=self.profile.legal_name,
                admitted_at=at,
            )
        ]

    def sign(self, agreement: Agreement, *, by: str, at: datetime) -> tuple[Signature, AgreementSigned]:
        """Binds the provider to the exact text of this version."""
        if self.standing is Standing.EXITED:
            raise WrongStanding("The provider has left the market")
        signature = Signature(
            self.provider_id, agreement.agreement, agreement.version, agreement.text_hash, signed_by=by, signed_at=at
        )
        self.version += 1
        return signature, AgreementSigned(
            provider_id=self.provider_id,
            agreement=agreement.agreement,
            version=agreement.version,
            text_hash=agreement.text_hash,
            signed_at=at,
        )

    def qualify(
        self, category: str, *, by: str, at: datetime, expires_at: datetime | None
    ) -> tuple[Qualification, QualificationGranted]:
        self.refuse_own(by)
        if self.standing is Standing.EXITED:
            raise WrongStanding("The provider has left the market")
        self.version += 1
        return Qualification(self.provider_id, category, at, by, expires_at), QualificationGranted(
            provider_id=self.provider_id, category=category, granted_at=at, expires_at=expires_at
        )

    @property
    def target(self) -> str:
        """How the audit trail names it."""
        return f"provider:{self.provider_id}"

    def state(
        self, situation: standings.Situation, qualifications: Iterable[Qualification], at: datetime
    ) -> ProviderStandingChanged:
        """The whole standing as the market gets to know it."""
        held = standings.holds(situation)
        open_categories = qualified(qualifications, at)
        return ProviderStandingChanged(
            provider_id=self.provider_id,
            account_id=self.account_id,
            legal_name=self.profile.legal_name,
            standing=self.standing,
            blocked=standings.blocked(held),
            categories=frozenset(q.category for q in open_categories),
            holds=held,
            qualifications=open_categories,
        )

    def become(self, then: Standing) -> None:
        self.refuse_transition(then)
        self.standing = then
        self.version += 1

    def refuse_own(self, by: str) -> None:
        if by == self.account_id:
            raise OwnProvider("The decision belongs to somebody else")

    def refuse_transition(self, then: Standing) -> None:
        if not standings.may_become(self.standing, then):
            raise WrongStanding(f"A provider that is {self.standing} cannot become {then}")
