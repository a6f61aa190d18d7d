"""Why an effect is open or blocked for a provider: standing and restrictions side by side."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.effects import Cause, Effect, blocking
from shared.contracts.registry import Hold


@dataclass(frozen=True, slots=True)
class Because:
    """One reason why an effect is blocked. `source` is "standing" or "restriction"."""

    source: str
    clause: str
    reason: str
    measure: str = ""
    measure_clause: str = ""
    penalty_id: UUID | None = None
    decision_id: UUID | None = None
    from_: datetime | None = None
    until: datetime | None = None


def explain(held: Iterable[Hold], causes: Iterable[Cause], at: datetime) -> Mapping[Effect, tuple[Because, ...]]:
    """For every effect what blocks it at the instant `at`; an empty tuple means that it is free."""
    held, causes = tuple(held), tuple(causes)
    return {
        effect: (
            *(Because("standing", hold.clause, hold.reason) for hold in held if effect in hold.effects),
            *(_restriction(cause) for cause in blocking(causes, effect, at)),
        )
        for effect in Effect
    }


def _restriction(cause: Cause) -> Because:
    return Because(
        "restriction",
        cause.clause,
        f"A penalty is in force: {cause.measure}",
        cause.measure,
        cause.measure_clause,
        cause.penalty_id,
        cause.decision_id,
        cause.from_,
        cause.until,
    )
