"""A provider sells in a category that asks for a qualification only while it holds one (3.2, 8.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.registry.domain.errors import QualificationEnded
from shared.contracts.effects import Effect
from shared.contracts.registry import QualificationRevoked, Qualified

REMINDED_DAYS = (30, 7)
"""So many days before its end its holder is reminded, once each."""

NEVER_HELD = frozenset({Effect.PUBLISH})
ENDED = frozenset({Effect.LIST, Effect.ORDER, Effect.PUBLISH})


class StepKind(StrEnum):
    GRANTED = "granted"
    RENEWED = "renewed"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(eq=False)
class Qualification:
    """The grant of one category as it stands; a later grant replaces it, and its history keeps both.

    `reminded_days` is the last reminder that was sent, `lapsed_at` when its expiry was dealt with.
    """

    provider_id: UUID
    category: str
    granted_at: datetime
    granted_by: str
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    reminded_days: int | None = None
    lapsed_at: datetime | None = None

    @property
    def ends_at(self) -> datetime | None:
        """From when on it holds no more, whatever ended it."""
        if self.revoked_at is None or self.expires_at is None:
            return self.revoked_at or self.expires_at
        return min(self.revoked_at, self.expires_at)

    def holds(self, at: datetime) -> bool:
        return self.told.holds(at)

    @property
    def told(self) -> Qualified:
        return Qualified(category=self.category, expires_at=self.ends_at)

    def revoke(self, *, reason: str, at: datetime) -> QualificationRevoked:
        if not self.holds(at):
            raise QualificationEnded(f"The qualification for {self.category} has ended already")
        self.revoked_at = at
        return QualificationRevoked(provider_id=self.provider_id, category=self.category, reason=reason, revoked_at=at)

    def reminder_due(self, at: datetime) -> int | None:
        """The reminder of which it is time: the nearest one only, and none twice."""
        if self.expires_at is None or not self.holds(at):
            return None
        due = [days for days in REMINDED_DAYS if self.expires_at - timedelta(days=days) <= at]
        if not due or (self.reminded_days is not None and self.reminded_days <= min(due)):
            return None
        return min(due)


@dataclass(eq=False)
class QualificationStep:
    """One line of a qualification's history. Never changed."""

    step_id: UUID
    provider_id: UUID
    category: str
    kind: StepKind
    at: datetime
    by: str
    expires_at: datetime | None = None
    reason: str = ""
    request_id: UUID | None = None


def qualified(qualifications: Iterable[Qualification], at: datetime) -> tuple[Qualified, ...]:
    """What the provider is qualified for at the instant `at`, by category."""
    return tuple(sorted((q.told for q in qualifications if q.holds(at)), key=lambda q: q.category))


def told(qualifications: Iterable[Qualification], asked_for: Iterable[str], at: datetime) -> tuple[Qualified, ...]:
    """What the market gets to know: also what has ended, with its end, where the category still asks for one.

    So whoever obeys can tell a qualification that was lost from one that was never needed.
    """
    asked = set(asked_for)
    found = (q.told for q in qualifications if q.holds(at) or q.category in asked)
    return tuple(sorted(found, key=lambda q: q.category))
