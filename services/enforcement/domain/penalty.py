"""A penalty: a measure applied to one target because of one violation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.enforcement.domain.errors import NotLiftable, PenaltyEnded
from services.enforcement.domain.rulebook import Ending, Measure
from services.enforcement.domain.violation import Violation
from shared.contracts.effects import Cause, Effect, Target
from shared.contracts.enforcement import PenaltyApplied, PenaltyLifted


class PenaltyStatus(StrEnum):
    """A penalty whose period has run out stays `applied` and blocks nothing any more: lapsing is no act of anybody."""

    APPLIED = "applied"
    LIFTED = "lifted"


_TRANSITIONS: Mapping[PenaltyStatus, frozenset[PenaltyStatus]] = {
    PenaltyStatus.APPLIED: frozenset({PenaltyStatus.LIFTED}),
    PenaltyStatus.LIFTED: frozenset(),
}


@dataclass(eq=False)
class Penalty:
    """In force while `from_at <= now < until` and not lifted. `clause` is the violated one (6.3.2), `measure_clause`
    that of the measure (6.5.4); `ends` is what may end it."""

    penalty_id: UUID
    violation_id: UUID
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
        return self.take_back(decision_id, at)

    def take_back(self, decision_id: UUID, at: datetime) -> PenaltyLifted:
        """Its ground is gone: an overturned violation takes back every measure, whatever else would end it."""
        if PenaltyStatus.LIFTED not in _TRANSITIONS[self.status]:
            raise PenaltyEnded(f"The penalty is {self.status.value}")
        self.status = PenaltyStatus.LIFTED
        self.lifted_at, self.lift_decision_id = at, decision_id
        return PenaltyLifted(
            penalty_id=self.penalty_id,
            violation_id=self.violation_id,
            decision_id=decision_id,
            target=self.target,
            lifted_at=at,
        )


def apply(
    penalty_id: UUID, violation: Violation, measure: Measure, target: Target, period: timedelta | None
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
    )
