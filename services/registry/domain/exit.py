"""A provider's way out: of its own accord (7.1), or expelled (7.2); and what it still has to do meanwhile (7.4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.registry.domain.errors import ExitBlocked, WrongExitStatus
from services.registry.domain.obligation import CONDITIONS, SETTLEMENT, ObligationKind, Open, among
from shared.contracts.effects import Cause, Effect
from shared.contracts.registry import (
    ExitAccepted,
    ExitCompleted,
    ExitRequested,
    ExitWithdrawn,
    ServiceStoppedEarly,
)

SERVED_AFTER_END = timedelta(days=30)
"""Users must be able to use a service until 30 days after the longest subscription to it has ended (7.4 (1))."""

STOPPED_AFTER = timedelta(hours=24)
"""A service that is away for so long counts as stopped. The clause names no time: this is a choice."""


class ExitKind(StrEnum):
    VOLUNTARY = "voluntary"
    EXPULSION = "expulsion"


class ExitStatus(StrEnum):
    """A voluntary one is requested, accepted (and served out), completed; or withdrawn, or superseded by an expulsion.

    An expulsion is proceeding from the opening of its case, then effective, completed; or dropped: its case came to
    nothing, or it was overturned.
    """

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    PROCEEDING = "proceeding"
    EFFECTIVE = "effective"
    DROPPED = "dropped"
    COMPLETED = "completed"


_S = ExitStatus
TRANSITIONS: dict[ExitKind, dict[ExitStatus, frozenset[ExitStatus]]] = {
    ExitKind.VOLUNTARY: {
        _S.REQUESTED: frozenset({_S.ACCEPTED, _S.WITHDRAWN, _S.SUPERSEDED}),
        # Its users were told by then, so it is not taken back.
        _S.ACCEPTED: frozenset({_S.COMPLETED, _S.SUPERSEDED}),
        # An overturned expulsion gives back exactly what was.
        _S.SUPERSEDED: frozenset({_S.REQUESTED, _S.ACCEPTED}),
        _S.WITHDRAWN: frozenset(),
        _S.COMPLETED: frozenset(),
    },
    ExitKind.EXPULSION: {
        _S.PROCEEDING: frozenset({_S.EFFECTIVE, _S.DROPPED}),
        _S.EFFECTIVE: frozenset({_S.COMPLETED, _S.DROPPED}),
        # Only an appeal ends an expulsion, whenever it is decided.
        _S.COMPLETED: frozenset({_S.DROPPED}),
        _S.DROPPED: frozenset(),
    },
}


@dataclass(frozen=True, slots=True)
class Permits:
    """`serves`: services must go on (7.4). `hands_over`: users confirm that they got their data. `ends`: by itself."""

    serves: bool = False
    hands_over: bool = False
    ends: bool = False


PERMITS: dict[ExitStatus, Permits] = {
    _S.REQUESTED: Permits(serves=True),
    _S.ACCEPTED: Permits(serves=True, hands_over=True, ends=True),
    _S.WITHDRAWN: Permits(),
    _S.SUPERSEDED: Permits(),
    _S.PROCEEDING: Permits(serves=True),
    # Use has ended: there is nothing to serve out, and stopping violates nothing.
    _S.EFFECTIVE: Permits(hands_over=True, ends=True),
    _S.DROPPED: Permits(),
    _S.COMPLETED: Permits(),
}

WAITS_FOR: dict[ExitKind, frozenset[ObligationKind]] = {
    ExitKind.VOLUNTARY: CONDITIONS,
    ExitKind.EXPULSION: SETTLEMENT,
}


@dataclass(frozen=True, slots=True)
class Service:
    """One listing's part: served until `until` (None: nothing was sold that is still owed), receipts `got` of `due`."""

    listing_id: UUID
    until: datetime | None
    due: int
    got: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an exit stands: what is open of what it waits for, and each listing's part."""

    open: tuple[Open, ...]
    services: tuple[Service, ...]

    @property
    def serves_until(self) -> datetime | None:
        return max((service.until for service in self.services if service.until), default=None)

    @property
    def receipts_due(self) -> int:
        return sum(service.due for service in self.services)

    @property
    def receipts_got(self) -> int:
        return sum(service.got for service in self.services)


@dataclass(frozen=True, slots=True)
class Untold:
    """A user who is still to be told of the handover. `until`: so long the service goes on, if anything is owed."""

    exit_id: UUID
    listing_id: UUID
    merchant_id: str
    kind: ExitKind
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Stopped:
    """A service that is away since `since` within an exit, although it is owed until `until`."""

    exit_id: UUID
    provider_id: UUID
    listing_id: UUID
    outage_id: UUID
    since: datetime
    until: datetime
    started_at: datetime
    merchants_affected: int
    evidence_hash: str

    def reported(self) -> ServiceStoppedEarly:
        return ServiceStoppedEarly(
            provider_id=self.provider_id,
            exit_id=self.exit_id,
            listing_id=self.listing_id,
            stopped_at=self.since,
            due_until=self.until,
            evidence=f"outage {self.outage_id} since {self.started_at.isoformat()}, "
            f"{self.merchants_affected} merchants affected, evidence {self.evidence_hash}",
        )


@dataclass(eq=False)
class Exit:
    """One way out of one provider. Duties and receipts count the subscriptions that ran at `requested_at` or later."""

    exit_id: UUID
    provider_id: UUID
    kind: ExitKind
    status: ExitStatus
    requested_at: datetime
    requested_by: str
    accepted_at: datetime | None = None
    accepted_by: str = ""
    ended_at: datetime | None = None
    superseded_from: ExitStatus | None = None
    due_at: datetime | None = None
    version: int = 1

    @property
    def permits(self) -> Permits:
        return PERMITS[self.status]

    @property
    def target(self) -> str:
        return f"exit:{self.exit_id}"

    def requested(self) -> ExitRequested:
        return ExitRequested(provider_id=self.provider_id, exit_id=self.exit_id, requested_at=self.requested_at)

    def accept(self, progress: Progress, *, by: str, at: datetime) -> ExitAccepted:
        """Only when nothing stands in the way any more (7.1)."""
        self.refuse_transition(ExitStatus.ACCEPTED)
        if blockers := among(progress.open, CONDITIONS):
            raise ExitBlocked("Something still stands in the way of this exit", blockers=as_facts(blockers))
        self._become(ExitStatus.ACCEPTED)
        self.accepted_at, self.accepted_by, self.due_at = at, by, at
        return ExitAccepted(
            provider_id=self.provider_id, exit_id=self.exit_id, accepted_at=at, serves_until=progress.serves_until
        )

    def withdraw(self, at: datetime) -> ExitWithdrawn:
        self._become(ExitStatus.WITHDRAWN)
        self.ended_at = at
        return ExitWithdrawn(provider_id=self.provider_id, exit_id=self.exit_id, withdrawn_at=at)

    def take_effect(self, at: datetime) -> None:
        self._become(ExitStatus.EFFECTIVE)
        self.accepted_at = self.due_at = at

    def supersede(self) -> None:
        before = self.status
        self._become(ExitStatus.SUPERSEDED)
        self.superseded_from, self.due_at = before, None

    def resume(self, at: datetime) -> None:
        """The expulsion that superseded it is no more."""
        self._become(self.superseded_from or ExitStatus.REQUESTED)
        self.superseded_from = None
        self.due_at = at if self.permits.ends else None

    def drop(self, at: datetime) -> None:
        self._become(ExitStatus.DROPPED)
        self.ended_at, self.due_at = at, None

    def waits_for(self, progress: Progress, at: datetime) -> bool:
        """Whether anything is left: what is open, receipts, and unless it is expelled the time that it has to serve."""
        if among(progress.open, WAITS_FOR[self.kind]) or any(one.got < one.due for one in progress.services):
            return True
        until = progress.serves_until
        return self.permits.serves and until is not None and at < until

    def complete(self, progress: Progress, at: datetime) -> ExitCompleted:
        self.refuse_transition(ExitStatus.COMPLETED)
        if self.waits_for(progress, at):
            raise WrongExitStatus("The exit still waits for something")
        self._become(ExitStatus.COMPLETED)
        self.ended_at, self.due_at = at, None
        return ExitCompleted(provider_id=self.provider_id, exit_id=self.exit_id, completed_at=at)

    def refuse_transition(self, then: ExitStatus) -> None:
        if then not in TRANSITIONS[self.kind].get(self.status, frozenset()):
            raise WrongExitStatus(f"An exit that is {self.status} cannot become {then}", status=self.status)

    def _become(self, then: ExitStatus) -> None:
        self.refuse_transition(then)
        self.status = then
        self.version += 1


def expels(causes: Iterable[Cause]) -> bool:
    """Clause 2.7: for ever without use and without the account's functions."""
    expelled = {Effect.USE, Effect.ACCOUNT}
    return any(cause.until is None and expelled <= cause.effects for cause in causes)


def as_facts(blockers: Sequence[Open]) -> list[dict[str, object]]:
    return [
        {"kind": one.kind, "clause": one.meaning.clause, "count": one.count, "links": one.links} for one in blockers
    ]
