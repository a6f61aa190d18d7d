"""A violation: a confirmed act. It stands until an appeal overturns it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.enforcement.domain.errors import NotAppealable
from services.enforcement.domain.subject import Subject
from shared.contracts.enforcement import ViolationConfirmed, ViolationOverturned


class ViolationStatus(StrEnum):
    CONFIRMED = "confirmed"
    OVERTURNED = "overturned"


@dataclass(frozen=True, slots=True)
class Permits:
    """`appealing`: the provider may appeal. `counting`: it makes a later one a repeated one."""

    appealing: bool
    counting: bool


_TRANSITIONS: Mapping[ViolationStatus, frozenset[ViolationStatus]] = {
    ViolationStatus.CONFIRMED: frozenset({ViolationStatus.OVERTURNED}),
    ViolationStatus.OVERTURNED: frozenset(),
}
PERMITS: Mapping[ViolationStatus, Permits] = {
    ViolationStatus.CONFIRMED: Permits(appealing=True, counting=True),
    ViolationStatus.OVERTURNED: Permits(appealing=False, counting=False),
}
COUNTING = tuple(status for status, permits in PERMITS.items() if permits.counting)


@dataclass(eq=False)
class Violation:
    """`earlier` is how many violations of the same act stood against the provider when this one was confirmed.

    `accounts` are the provider and those that were the same provider then, in `group_version` of `group_id`: what the
    decision hit stays known when the group changes later.
    """

    violation_id: UUID
    case_id: UUID
    provider_id: UUID
    listing_id: UUID | None
    category: str
    act: str
    clause: str
    rulebook: str
    rulebook_version: str
    decision_id: UUID
    confirmed_by: str
    confirmed_at: datetime
    happened_at: datetime
    appeal_until: datetime
    earlier: int
    correlation_id: str
    status: ViolationStatus = ViolationStatus.CONFIRMED
    accounts: list[UUID] = field(default_factory=list)
    group_id: UUID | None = None
    group_version: int | None = None
    version: int = 1

    @property
    def permits(self) -> Permits:
        return PERMITS[self.status]

    @property
    def subject(self) -> Subject:
        return Subject(self.provider_id, self.listing_id, self.category, tuple(self.accounts))

    def confirmed(self) -> ViolationConfirmed:
        return ViolationConfirmed(
            violation_id=self.violation_id,
            case_id=self.case_id,
            provider_id=self.provider_id,
            target=self.subject.target,
            act=self.act,
            clause=self.clause,
            rulebook=f"{self.rulebook} {self.rulebook_version}",
            decision_id=self.decision_id,
            confirmed_at=self.confirmed_at,
        )

    def accept_appeal(self, at: datetime) -> None:
        """Refuses an appeal that comes too late or against what is overturned."""
        if not self.permits.appealing:
            raise NotAppealable(f"The violation is {self.status.value}")
        if at >= self.appeal_until:
            raise NotAppealable("The time to appeal is over", appeal_until=self.appeal_until.isoformat())

    def overturn(self, decision_id: UUID, at: datetime) -> ViolationOverturned:
        if ViolationStatus.OVERTURNED not in _TRANSITIONS[self.status]:
            raise NotAppealable(f"The violation is {self.status.value}")
        self.status = ViolationStatus.OVERTURNED
        return ViolationOverturned(
            violation_id=self.violation_id,
            case_id=self.case_id,
            provider_id=self.provider_id,
            decision_id=decision_id,
            overturned_at=at,
        )
