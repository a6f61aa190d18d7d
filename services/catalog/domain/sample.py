"""A sample of approvals for quality: another reviewer looks at an approved version once more."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.catalog.domain.errors import OwnDecision, OwnProvider, SampleSettled


class SampleState(StrEnum):
    OPEN = "open"
    AGREED = "agreed"
    DISAGREED = "disagreed"


TRANSITIONS: dict[SampleState, frozenset[SampleState]] = {
    SampleState.OPEN: frozenset({SampleState.AGREED, SampleState.DISAGREED}),
    SampleState.AGREED: frozenset(),
    SampleState.DISAGREED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Sampling:
    """`percent` of all approvals, and the first ones of every reviewer."""

    percent: int = 5
    first_decisions: int = 5

    def takes(self, review_id: UUID, decisions_before: int) -> bool:
        """Nobody can tell beforehand which ones, and asking again gives the same answer."""
        if decisions_before < self.first_decisions:
            return True
        drawn = int.from_bytes(hashlib.sha256(review_id.bytes).digest()[:8]) % 100
        return drawn < self.percent


USUAL_SAMPLING = Sampling()


@dataclass(eq=False)
class Sample:
    sample_id: UUID
    review_id: UUID
    listing_id: UUID
    number: int
    provider_id: UUID
    account_id: str
    deciders: tuple[str, ...]
    opened_at: datetime
    state: SampleState = SampleState.OPEN
    reason: str = ""
    clauses: tuple[str, ...] = ()
    decided_by: str = ""
    decided_at: datetime | None = None
    version: int = 1

    @property
    def target(self) -> str:
        """How the audit trail names it."""
        return f"sample:{self.sample_id}"

    def settle(self, then: SampleState, *, by: str, at: datetime, reason: str, clauses: tuple[str, ...] = ()) -> None:
        """Agrees with the approval or not. The approval itself stays what it was."""
        if by == self.account_id:
            raise OwnProvider("The sample belongs to somebody else")
        if by in self.deciders:
            raise OwnDecision("You took part in the decision that is looked at")
        if then not in TRANSITIONS[self.state]:
            raise SampleSettled(f"The sample is {self.state}", state=self.state)
        self.state, self.decided_by, self.decided_at = then, by, at
        self.reason, self.clauses = reason, clauses
        self.version += 1
