"""The review of one submitted version: who works on it, who approved it first, and what was decided.

| from \\ by       | claim, release  | approve                                   | refuse  | end of the listing |
|-----------------|-----------------|-------------------------------------------|---------|--------------------|
| open            | open            | decided; awaiting_second when that is due | decided | void               |
| awaiting_second | awaiting_second | decided, by another person                | decided | void               |
| decided, void   | refused         | refused                                   | refused | unchanged          |

A claim is no state: it ends by itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.catalog.domain.errors import (
    NothingToReview,
    OwnProvider,
    ReviewClaimed,
    ReviewUnclaimed,
    SecondReviewerNeeded,
)
from services.catalog.domain.risk import Lane, Risk, RiskReason
from services.catalog.domain.version import Verdict

CLAIMED_FOR = timedelta(minutes=30)


class ReviewState(StrEnum):
    OPEN = "open"
    AWAITING_SECOND = "awaiting_second"
    DECIDED = "decided"
    VOID = "void"


TRANSITIONS: dict[ReviewState, frozenset[ReviewState]] = {
    ReviewState.OPEN: frozenset({ReviewState.AWAITING_SECOND, ReviewState.DECIDED, ReviewState.VOID}),
    ReviewState.AWAITING_SECOND: frozenset({ReviewState.DECIDED, ReviewState.VOID}),
    ReviewState.DECIDED: frozenset(),
    ReviewState.VOID: frozenset(),
}
QUEUED = frozenset({ReviewState.OPEN, ReviewState.AWAITING_SECOND})


class Decision(StrEnum):
    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Terms:
    """Within how many business days a review is due."""

    heavy_business_days: int = 3
    light_business_days: int = 1

    def days(self, lane: Lane) -> int:
        return self.light_business_days if lane is Lane.LIGHT else self.heavy_business_days


USUAL_TERMS = Terms()


@dataclass(eq=False)
class Review:
    """Whoever works on it names the version of the listing, which every step counts up.

    `marks` are what it is compared by with other reviews. `first_by` approved what a second person has to confirm;
    `is_overruled` when that person refused instead.
    """

    review_id: UUID
    listing_id: UUID
    number: int
    provider_id: UUID
    account_id: str
    category: str
    lane: Lane
    risk: int
    reasons: tuple[RiskReason, ...]
    marks: tuple[str, ...]
    needs_second: bool
    opened_at: datetime
    due_business_days: int
    due_at: datetime
    due_is_provisional: bool
    state: ReviewState = ReviewState.OPEN
    claimed_by: str = ""
    claimed_until: datetime | None = None
    first_by: str = ""
    first_at: datetime | None = None
    first_reason: str = ""
    decision: Decision | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    clauses: tuple[str, ...] = ()
    is_overruled: bool = False

    @property
    def target(self) -> str:
        """How the audit trail names it."""
        return f"review:{self.review_id}"

    @property
    def deciders(self) -> tuple[str, ...]:
        return tuple(by for by in (self.first_by, self.decided_by) if by)

    def is_claimed(self, at: datetime) -> bool:
        return self.claimed_until is not None and at < self.claimed_until

    def claim(self, *, by: str, at: datetime, until: datetime) -> None:
        """A reviewer takes it until then; claiming again prolongs it."""
        self._refuse_unfit(by, at)
        self.claimed_by, self.claimed_until = by, until

    def release(self, *, by: str, at: datetime) -> None:
        self._refuse_unfit(by, at)
        if not self.is_claimed(at):
            raise ReviewUnclaimed("Nobody has claimed the review")
        self.claimed_by, self.claimed_until = "", None

    def decide(self, decision: Decision, verdict: Verdict) -> bool:
        """Whether that settles it: a first approval of what needs two does not, a refusal always does."""
        self._refuse_unfit(verdict.by, verdict.at)
        self.claimed_by, self.claimed_until = "", None
        is_second = self.state is ReviewState.AWAITING_SECOND
        if decision is Decision.APPROVE and self.needs_second and not is_second:
            self._become(ReviewState.AWAITING_SECOND)
            self.first_by, self.first_at, self.first_reason = verdict.by, verdict.at, verdict.reason
            return False
        self._become(ReviewState.DECIDED)
        self.decision, self.decided_by, self.decided_at = decision, verdict.by, verdict.at
        self.reason, self.clauses = verdict.reason, verdict.clauses
        self.is_overruled = is_second and decision is not Decision.APPROVE
        return True

    def reassess(self, category: str, risk: Risk, marks: tuple[str, ...]) -> bool:
        """In another place other things count; whether it now takes the longer way. Who had to be asked still has."""
        lengthened = self.lane is Lane.LIGHT and risk.lane is Lane.HEAVY
        self.category, self.risk, self.reasons, self.marks = category, risk.points, risk.reasons, marks
        self.needs_second = self.needs_second or risk.needs_second
        if lengthened:
            self.lane = risk.lane
        return lengthened

    def void(self) -> None:
        """There is nothing left to decide about: the listing is over."""
        if self.state in QUEUED:
            self._become(ReviewState.VOID)
            self.claimed_by, self.claimed_until = "", None

    def _refuse_unfit(self, by: str, at: datetime) -> None:
        if by == self.account_id:
            raise OwnProvider("The review belongs to somebody else")
        if self.state not in QUEUED:
            raise NothingToReview(f"The review is {self.state}", state=self.state)
        if by == self.first_by:
            raise SecondReviewerNeeded("You approved it first; another person confirms or overrules")
        if self.claimed_until is not None and at < self.claimed_until and self.claimed_by != by:
            raise ReviewClaimed("Another reviewer is at it", until=self.claimed_until.isoformat())

    def _become(self, then: ReviewState) -> None:
        if then not in TRANSITIONS[self.state]:
            raise NothingToReview(f"The review is {self.state}", state=self.state)
        self.state = then
