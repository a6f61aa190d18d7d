"""A penalty: a measure applied to one target because of one violation, or in the meantime, while a case is open."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.enforcement.domain.case import Case
from services.enforcement.domain.cure import Cure
from services.enforcement.domain.errors import NotExtendable, NotLiftable, PenaltyEnded, SameOfficer
from services.enforcement.domain.rulebook import Ending, Interim, Measure, Spread
from services.enforcement.domain.violation import Violation
from shared.contracts.effects import Cause, Effect, Target
from shared.contracts.enforcement import PenaltyApplied, PenaltyExtended, PenaltyLifted


class PenaltyStatus(StrEnum):
    """A penalty whose period has run out stays `applied` and blocks nothing any more: lapsing is no act of anybody."""

    APPLIED = "applied"
    LIFTED = "lifted"


class EndedBy(StrEnum):
    """What took a penalty back. ORIGINAL: the one it was extended from. UNLINKED: the account is linked no more."""

    LIFT = "lift"
    APPEAL = "appeal"
    CASE = "case"
    REQUALIFICATION = "requalification"
    REVIEW = "review"
    ORIGINAL = "original"
    UNLINKED = "unlinked"


_TRANSITIONS: Mapping[PenaltyStatus, frozenset[PenaltyStatus]] = {
    PenaltyStatus.APPLIED: frozenset({PenaltyStatus.LIFTED}),
    PenaltyStatus.LIFTED: frozenset(),
}


@dataclass(eq=False)
class Penalty:
    """In force while `from_at <= now < until` and not lifted. `clause` is the violated one (6.3.2), `measure_clause`
    that of the measure (6.5.4); `ends` is what may end it.

    One on an account that is only linked to the violator's (6.5.11) names the penalty that it was `extended_from` and
    `through_group`; `spreads` says that an account linked later is hit as well. An interim one has no violation.
    `told_sequence` is the restriction's state that told of it first.
    """

    penalty_id: UUID
    violation_id: UUID | None
    case_id: UUID
    decision_id: UUID
    provider_id: UUID
    target: Target
    measure: str
    clause: str
    measure_clause: str
    effects: frozenset[Effect]
    ends: frozenset[Ending]
    from_at: datetime
    until: datetime | None
    target_key: str = ""
    status: PenaltyStatus = PenaltyStatus.APPLIED
    lifted_at: datetime | None = None
    lift_decision_id: UUID | None = None
    ended_by: EndedBy | None = None
    spreads: bool = False
    extended_from: UUID | None = None
    through_group: UUID | None = None
    interim: bool = False
    ordered_by: str = ""
    told_sequence: int | None = None
    version: int = 1

    def __post_init__(self) -> None:
        self.target_key = self.target.key

    def applied(self) -> PenaltyApplied:
        return PenaltyApplied(
            penalty_id=self.penalty_id,
            violation_id=self.violation_id,
            decision_id=self.decision_id,
            target=self.target,
            measure=self.measure,
            clause=self.clause,
            measure_clause=self.measure_clause,
            effects=self.effects,
            from_=self.from_at,
            until=self.until,
            case_id=self.case_id,
            interim=self.interim,
            extended_from=self.extended_from,
        )

    def cause(self) -> Cause:
        return Cause(
            penalty_id=self.penalty_id,
            decision_id=self.decision_id,
            measure=self.measure,
            clause=self.clause,
            measure_clause=self.measure_clause,
            effects=self.effects,
            from_=self.from_at,
            until=self.until,
        )

    def is_over(self, at: datetime) -> bool:
        """Lifted, or its period has run out: nothing of it is left at `at` or later."""
        return self.status is PenaltyStatus.LIFTED or (self.until is not None and self.until <= at)

    def lift(self, decision_id: UUID, at: datetime) -> PenaltyLifted:
        """An officer ends it early. Not every measure ends this way."""
        if self.is_over(at):
            raise PenaltyEnded(f"The penalty is {'lifted' if self.status is PenaltyStatus.LIFTED else 'over'}")
        if Ending.LIFT not in self.ends:
            raise NotLiftable(
                f"{self.measure} ({self.measure_clause}) ends by: {', '.join(sorted(self.ends))}",
                ends=sorted(self.ends),
            )
        return self.take_back(decision_id, at, EndedBy.LIFT)

    def take_back(self, decision_id: UUID, at: datetime, ended_by: EndedBy = EndedBy.APPEAL) -> PenaltyLifted:
        """Its ground is gone: an overturned violation takes back every measure, whatever else would end it."""
        if PenaltyStatus.LIFTED not in _TRANSITIONS[self.status]:
            raise PenaltyEnded(f"The penalty is {self.status.value}")
        self.status = PenaltyStatus.LIFTED
        self.lifted_at, self.lift_decision_id, self.ended_by = at, decision_id, ended_by
        return PenaltyLifted(
            penalty_id=self.penalty_id,
            violation_id=self.violation_id,
            decision_id=decision_id,
            target=self.target,
            lifted_at=at,
            ended_by=ended_by.value,
        )

    def is_cured_by(self, cure: Cure, at: datetime) -> bool:
        """Whether it ends by that, and was told of in the state that the cure saw: nothing later is put right by it."""
        seen = self.told_sequence is None or self.told_sequence <= cure.seen_sequence
        return self.target == cure.target and cure.kind in self.ends and seen and not self.is_over(at)

    def end_by(self, cure: Cure, decision_id: UUID, at: datetime) -> PenaltyLifted:
        return self.take_back(decision_id, at, EndedBy(cure.kind.value))

    def extend(self, officer: str, at: datetime, span: timedelta) -> PenaltyExtended:
        """A second officer lets an interim measure last longer, counted from now."""
        if not self.interim or self.is_over(at) or self.until is None:
            raise NotExtendable("The penalty is no interim measure in force")
        if officer == self.ordered_by:
            raise SameOfficer("The officer who ordered or extended the measure last cannot extend it")
        self.ordered_by = officer
        return self.lengthen(max(self.until, at + span))

    def lengthen(self, until: datetime) -> PenaltyExtended:
        self.until = until
        return PenaltyExtended(
            penalty_id=self.penalty_id, case_id=self.case_id, decision_id=self.decision_id, until=until
        )

    def extended_to(self, penalty_id: UUID, account: UUID, group_id: UUID | None, at: datetime) -> "Penalty":
        """The same measure, from `at` on, upon an account that is the same provider."""
        return replace(
            self,
            penalty_id=penalty_id,
            provider_id=account,
            target=self.target.model_copy(update={"id": account}),
            from_at=at,
            spreads=False,
            extended_from=self.penalty_id,
            through_group=group_id,
            told_sequence=None,
            version=1,
        )


def apply(
    penalty_id: UUID,
    violation: Violation,
    measure: Measure,
    target: Target,
    period: timedelta | None,
    spread: Spread = Spread.NONE,
) -> Penalty:
    """The measure takes hold at the moment of the decision."""
    return Penalty(
        penalty_id=penalty_id,
        violation_id=violation.violation_id,
        case_id=violation.case_id,
        decision_id=violation.decision_id,
        provider_id=violation.provider_id,
        target=target,
        measure=measure.id,
        clause=violation.clause,
        measure_clause=measure.clause,
        effects=measure.effects,
        ends=frozenset(measure.ends),
        from_at=violation.confirmed_at,
        until=None if period is None else violation.confirmed_at + period,
        spreads=spread is Spread.GROUP,
    )


def order(
    penalty_id: UUID,
    case: Case,
    decision_id: UUID,
    measure: Measure,
    interim: Interim,
    until: datetime,
    officer: str,
    at: datetime,
) -> Penalty:
    """An interim measure upon the provider and everything of its own, until the case is decided and at most `until`."""
    return Penalty(
        penalty_id=penalty_id,
        violation_id=None,
        case_id=case.case_id,
        decision_id=decision_id,
        provider_id=case.provider_id,
        target=Target(kind="provider", id=case.provider_id),
        measure=measure.id,
        clause=case.clause,
        measure_clause=interim.clause,
        effects=measure.effects,
        ends=frozenset({Ending.CASE, Ending.PERIOD}),
        from_at=at,
        until=until,
        spreads=True,
        interim=True,
        ordered_by=officer,
    )
