"""An application to sell here: from draft to decision, with a due date and a lease for who works on it (3.1)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.registry.domain.claim import refuse_unfit
from services.registry.domain.errors import ApplicationClaimed, WrongApplicationState
from shared.contracts.registry import ApplicationDecided


class ApplicationState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    ADMITTED = "admitted"


_S = ApplicationState
_DECIDED = frozenset({_S.CHANGES_REQUESTED, _S.REJECTED, _S.ADMITTED})
TRANSITIONS: dict[ApplicationState, frozenset[ApplicationState]] = {
    _S.DRAFT: frozenset({_S.SUBMITTED, _S.WITHDRAWN}),
    _S.SUBMITTED: _DECIDED | {_S.IN_REVIEW, _S.WITHDRAWN},
    _S.IN_REVIEW: _DECIDED | {_S.IN_REVIEW, _S.SUBMITTED, _S.WITHDRAWN},
    _S.CHANGES_REQUESTED: frozenset({_S.SUBMITTED, _S.WITHDRAWN}),
    # Who was rejected, or thought better of it, may correct what was wrong and submit again: a new round begins.
    _S.REJECTED: frozenset({_S.SUBMITTED}),
    _S.WITHDRAWN: frozenset({_S.SUBMITTED}),
    _S.ADMITTED: frozenset(),
}
QUEUED = frozenset({_S.SUBMITTED, _S.IN_REVIEW})
"""What waits for staff. While it does, the applicant changes nothing under its reviewer's eyes."""


class Item(StrEnum):
    """What an officer verifies, one by one."""

    ENTERPRISE = "enterprise"
    REPRESENTATIVE = "representative"
    CONTACTS = "contacts"
    SETTLEMENT_ACCOUNT = "settlement_account"


@dataclass(frozen=True, slots=True)
class Objection:
    """What staff found wrong: in which field, by which clause, and why."""

    field: str
    reason: str
    clause: str = "3.1"


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a decision is due: so many business days on. Provisional while that year's calendar is not published."""

    business_days: int
    due_at: datetime
    is_provisional: bool = False


@dataclass(eq=False)
class Application:
    """The application of one account. `version` of its provider counts its changes too."""

    provider_id: UUID
    account_id: str
    state: ApplicationState = ApplicationState.DRAFT
    round: int = 0
    submitted_at: datetime | None = None
    due_business_days: int = 0
    due_at: datetime | None = None
    due_is_provisional: bool = False
    claimed_by: str = ""
    claimed_until: datetime | None = None
    checks: dict[str, dict[str, str]] = field(default_factory=dict)
    objections: list[dict[str, str]] = field(default_factory=list)
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = ""

    @property
    def is_queued(self) -> bool:
        return self.state in QUEUED

    def submit(self, deadline: Deadline, *, at: datetime) -> None:
        """It enters the queue. What was decided in the round before is over; what was verified stays so."""
        if self.is_queued:
            raise WrongApplicationState("The application waits for a decision already", state=self.state)
        self._become(_S.SUBMITTED)
        self.round += 1
        self.submitted_at, self.due_business_days = at, deadline.business_days
        self.due_at, self.due_is_provisional = deadline.due_at, deadline.is_provisional
        self.objections, self.reason, self.decided_at, self.decided_by = [], "", None, ""

    def withdraw(self) -> None:
        self._become(_S.WITHDRAWN)
        self._leave_queue()

    def claim(self, *, by: str, at: datetime, until: datetime) -> None:
        """An officer takes it until then; claiming again prolongs it, and one whose time is over is anybody's."""
        self.refuse_unfit(by, at)
        self._become(_S.IN_REVIEW)
        self.claimed_by, self.claimed_until = by, until

    def release(self, *, by: str, at: datetime) -> None:
        """Gives it back to the queue."""
        self.refuse_unfit(by, at)
        if self.state is not _S.IN_REVIEW:
            raise WrongApplicationState("Nobody has claimed the application", state=self.state)
        self._become(_S.SUBMITTED)
        self.claimed_by, self.claimed_until = "", None

    def verify(self, items: Iterable[Item], *, by: str, at: datetime) -> None:
        self.refuse_unfit(by, at)
        if not self.is_queued:
            raise WrongApplicationState(
                f"The application is {self.state}; only one that waits is verified", state=self.state
            )
        new = {str(item): {"by": by, "at": at.isoformat()} for item in items if item not in self.checks}
        self.checks = {**self.checks, **new}

    def doubt(self, items: Iterable[str]) -> None:
        """What belongs to these items was stated anew and must be verified anew."""
        self.checks = {item: check for item, check in self.checks.items() if item not in set(items)}

    def verify_anew(self, items: Iterable[str], *, by: str, at: datetime) -> None:
        """What was admitted changed, and was verified as it is now."""
        self.checks = {**self.checks, **{item: {"by": by, "at": at.isoformat()} for item in items}}

    def unverified(self) -> tuple[Item, ...]:
        return tuple(item for item in Item if item not in self.checks)

    def verified_since(self, item: str) -> datetime | None:
        check = self.checks.get(item)
        return datetime.fromisoformat(check["at"]) if check else None

    def verified_at(self) -> datetime | None:
        """When the last item was verified; None while one is not."""
        if self.unverified():
            return None
        return max(datetime.fromisoformat(check["at"]) for check in self.checks.values())

    def request_changes(self, objections: Iterable[Objection], *, by: str, at: datetime) -> list[ApplicationDecided]:
        return self._decide(_S.CHANGES_REQUESTED, tuple(objections), by=by, at=at)

    def reject(self, objections: Iterable[Objection], *, by: str, at: datetime) -> list[ApplicationDecided]:
        return self._decide(_S.REJECTED, tuple(objections), by=by, at=at)

    def admit(self, *, by: str, at: datetime, reason: str) -> list[ApplicationDecided]:
        return self._decide(_S.ADMITTED, (), by=by, at=at, reason=reason)

    def refuse_unfit(self, by: str, at: datetime) -> None:
        refuse_unfit(self, by, at, ApplicationClaimed, "application")

    def refuse_changes(self) -> None:
        """While it waits for a decision it stays as it was submitted."""
        if self.is_queued:
            raise WrongApplicationState("The application is under review; withdraw it to change it", state=self.state)

    def _decide(
        self, then: ApplicationState, objections: tuple[Objection, ...], *, by: str, at: datetime, reason: str = ""
    ) -> list[ApplicationDecided]:
        self.refuse_unfit(by, at)
        self._become(then)
        self.objections = [told_objection(objection) for objection in objections]
        self.decided_at, self.decided_by = at, by
        self.reason = reason or "; ".join(objection.reason for objection in objections)
        self._leave_queue()
        return [
            ApplicationDecided(
                provider_id=self.provider_id,
                account_id=self.account_id,
                outcome=then,
                reason=self.reason,
                decided_at=at,
            )
        ]

    def _leave_queue(self) -> None:
        self.claimed_by, self.claimed_until = "", None
        self.due_at, self.due_is_provisional = None, False

    def _become(self, then: ApplicationState) -> None:
        if then not in TRANSITIONS[self.state]:
            raise WrongApplicationState(f"An application that is {self.state} cannot become {then}", state=self.state)
        self.state = then


def told_objection(objection: Objection) -> dict[str, str]:
    """As it is stored and shown."""
    return {"field": objection.field, "clause": objection.clause, "reason": objection.reason}
