"""A change of what was verified for the admission: it waits beside the data in force until staff decides (3.1)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.registry.domain.application import Deadline, Item, Objection, told_objection
from services.registry.domain.claim import refuse_unfit
from services.registry.domain.errors import ChangeClaimed, WrongChangeState
from services.registry.domain.person import PersonRole


class ChangeState(StrEnum):
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"


_S = ChangeState
_DECIDED = frozenset({_S.CHANGES_REQUESTED, _S.REJECTED, _S.APPROVED})
TRANSITIONS: dict[ChangeState, frozenset[ChangeState]] = {
    _S.SUBMITTED: _DECIDED | {_S.IN_REVIEW, _S.WITHDRAWN},
    _S.IN_REVIEW: _DECIDED | {_S.IN_REVIEW, _S.SUBMITTED, _S.WITHDRAWN},
    _S.CHANGES_REQUESTED: frozenset({_S.SUBMITTED, _S.WITHDRAWN}),
    # The end of this change; another one may always be filed.
    _S.REJECTED: frozenset(),
    _S.WITHDRAWN: frozenset(),
    _S.APPROVED: frozenset(),
}
OPEN = frozenset({_S.SUBMITTED, _S.IN_REVIEW, _S.CHANGES_REQUESTED})
"""Of these a provider has one at the most."""
QUEUED = frozenset({_S.SUBMITTED, _S.IN_REVIEW})


@dataclass(frozen=True, slots=True)
class Proposal:
    """What shall hold instead. An empty name or address, and a person left out, stays as it is; persons are sealed."""

    legal_name: str = ""
    registered_address: str = ""
    persons: dict[PersonRole, bytes] = field(default_factory=dict, repr=False)

    @property
    def items(self) -> tuple[Item, ...]:
        """What an officer has to verify anew."""
        enterprise = bool(self.legal_name or self.registered_address)
        return (
            *((Item.ENTERPRISE,) if enterprise else ()),
            *((Item.REPRESENTATIVE,) if PersonRole.REPRESENTATIVE in self.persons else ()),
            *((Item.SETTLEMENT_ACCOUNT,) if PersonRole.SETTLEMENT_ACCOUNT in self.persons else ()),
        )


@dataclass(eq=False)
class ProfileChange:
    """`representative` and `settlement_account` are sealed under the keys of those whom they replace, while it waits.

    Once it is over nothing about a person is left in it.
    """

    change_id: UUID
    provider_id: UUID
    account_id: str
    state: ChangeState = ChangeState.SUBMITTED
    legal_name: str = ""
    registered_address: str = ""
    representative: bytes | None = field(default=None, repr=False)
    settlement_account: bytes | None = field(default=None, repr=False)
    items: list[str] = field(default_factory=list)
    round: int = 0
    submitted_at: datetime | None = None
    due_business_days: int = 0
    due_at: datetime | None = None
    due_is_provisional: bool = False
    claimed_by: str = ""
    claimed_until: datetime | None = None
    objections: list[dict[str, str]] = field(default_factory=list)
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = ""
    version: int = 1

    @property
    def target(self) -> str:
        """How the audit trail names it."""
        return f"profile_change:{self.change_id}"

    @property
    def sealed(self) -> dict[PersonRole, bytes]:
        """What it says of persons, still sealed."""
        both = {
            PersonRole.REPRESENTATIVE: self.representative,
            PersonRole.SETTLEMENT_ACCOUNT: self.settlement_account,
        }
        return {role: sealed for role, sealed in both.items() if sealed is not None}

    def submit(self, proposal: Proposal, deadline: Deadline, *, at: datetime) -> None:
        """It enters the queue: when it is filed, and corrected after changes were asked for."""
        if self.round:
            if self.state is not _S.CHANGES_REQUESTED:
                raise WrongChangeState("No changes were asked for; withdraw it to file another one", state=self.state)
            self._become(_S.SUBMITTED)
        self.legal_name, self.registered_address = proposal.legal_name, proposal.registered_address
        self.representative = proposal.persons.get(PersonRole.REPRESENTATIVE)
        self.settlement_account = proposal.persons.get(PersonRole.SETTLEMENT_ACCOUNT)
        self.items = [str(item) for item in proposal.items]
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
        self.refuse_unfit(by, at)
        if self.state is not _S.IN_REVIEW:
            raise WrongChangeState("Nobody has claimed the change", state=self.state)
        self._become(_S.SUBMITTED)
        self.claimed_by, self.claimed_until = "", None

    def decide(
        self, then: ChangeState, *, by: str, at: datetime, reason: str = "", objections: Iterable[Objection] = ()
    ) -> None:
        self.refuse_unfit(by, at)
        if then not in _DECIDED:
            raise ValueError(f"{then} is no decision")
        self._become(then)
        self.objections = [told_objection(objection) for objection in objections]
        self.reason = reason or "; ".join(objection["reason"] for objection in self.objections)
        self.decided_at, self.decided_by = at, by
        self._leave_queue()

    def refuse_unfit(self, by: str, at: datetime) -> None:
        refuse_unfit(self, by, at, ChangeClaimed, "change")

    def refuse_new_proof(self, item: str) -> None:
        """While it waits, what proves it stays as it was put forward."""
        if self.state in QUEUED and item in self.items:
            raise WrongChangeState(
                "A change of this is under review; withdraw it to replace its proof", state=self.state
            )

    def _leave_queue(self) -> None:
        self.claimed_by, self.claimed_until = "", None
        self.due_at, self.due_is_provisional = None, False
        if self.state not in OPEN:
            self.representative = self.settlement_account = None

    def _become(self, then: ChangeState) -> None:
        if then not in TRANSITIONS[self.state]:
            raise WrongChangeState(f"A change that is {self.state} cannot become {then}", state=self.state)
        self.state = then
        self.version += 1
