"""A provider: who it is, and its standing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.registry.domain import standing as standings
from services.registry.domain.agreement import Agreement, Signature
from services.registry.domain.errors import OwnProvider, WrongStanding
from services.registry.domain.qualification import Qualification, qualified, told
from shared.contracts.registry import (
    AgreementSigned,
    ProviderAdmitted,
    ProviderStandingChanged,
    QualificationGranted,
    Standing,
)

NOT_ENTERPRISES = {
    "92": "it is the code of an individual business (个体工商户)",
    "93": "it is the code of a farmers' cooperative",
    "1": "it is the code of an institution",
    "5": "it is the code of a civil organisation",
}
"""Whose codes begin so. The market is open to enterprises only (3.1)."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a provider states about the enterprise itself. An empty text means that it is not stated yet."""

    legal_name: str
    registered_address: str = ""
    website: str = ""

    def unstated(self) -> tuple[str, ...]:
        return tuple(field for field in ("registered_address", "website") if not getattr(self, field).strip())


def is_enterprise(code: str) -> bool:
    """Registered with the market regulator (9) as an enterprise (1): no sole trader, no office, no association."""
    return code.startswith("91")


def why_no_enterprise(code: str) -> str:
    found = (why for begin, why in NOT_ENTERPRISES.items() if code.startswith(begin))
    return next(found, "the codes of enterprises begin with 91")


@dataclass(eq=False)
class Provider:
    """One provider of one account. `version` counts every change of what its own page shows."""

    provider_id: UUID
    account_id: str
    unified_social_credit_code: str
    profile: Profile
    applied_at: datetime
    standing: Standing = Standing.APPLIED
    admitted_at: datetime | None = None
    version: int = 1

    def restate(self, profile: Profile) -> None:
        self.profile = profile
        self.version += 1

    def admit(self, *, at: datetime) -> list[ProviderAdmitted]:
        """Who decided, and that nothing is missing, is the application's to know."""
        self.refuse_transition(Standing.ADMITTED)
        self.standing, self.admitted_at = Standing.ADMITTED, at
        return [
            ProviderAdmitted(
                provider_id=self.provider_id,
                account_id=self.account_id,
                legal_name=self.profile.legal_name,
                admitted_at=at,
            )
        ]

    def sign(
        self, agreement: Agreement, *, by: str, at: datetime, address: str = "", user_agent: str = ""
    ) -> tuple[Signature, AgreementSigned]:
        """Binds the provider to the exact text of this version."""
        if self.standing is Standing.EXITED:
            raise WrongStanding("The provider has left the market")
        signature = Signature(
            self.provider_id, agreement.agreement, agreement.version, agreement.text_hash, by, at, address, user_agent
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
        self,
        category: str,
        *,
        by: str,
        at: datetime,
        expires_at: datetime | None,
        cures: tuple[UUID, ...] = (),
        restriction_sequence: int = 0,
    ) -> tuple[Qualification, QualificationGranted]:
        self.refuse_own(by)
        if self.standing is Standing.EXITED:
            raise WrongStanding("The provider has left the market")
        self.version += 1
        return Qualification(self.provider_id, category, at, by, expires_at), QualificationGranted(
            provider_id=self.provider_id,
            category=category,
            granted_at=at,
            expires_at=expires_at,
            cures=cures,
            restriction_sequence=restriction_sequence,
        )

    @property
    def target(self) -> str:
        """How the audit trail names it."""
        return f"provider:{self.provider_id}"

    def state(
        self,
        situation: standings.Situation,
        qualifications: Iterable[Qualification],
        at: datetime,
        asked_for: Iterable[str] = (),
    ) -> ProviderStandingChanged:
        """The whole standing as the market gets to know it. `asked_for` are the categories that need qualification."""
        held = standings.holds(situation)
        known = tuple(qualifications)
        return ProviderStandingChanged(
            provider_id=self.provider_id,
            account_id=self.account_id,
            legal_name=self.profile.legal_name,
            standing=self.standing,
            blocked=standings.blocked(held),
            categories=frozenset(q.category for q in qualified(known, at)),
            holds=held,
            qualifications=told(known, asked_for, at),
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
