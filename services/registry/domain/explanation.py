"""Why an effect is open or blocked for a provider: standing, agreements, qualification and restrictions together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.registry.domain.standing import Held
from shared.contracts.effects import Cause, Effect, blocking


@dataclass(frozen=True, slots=True)
class Because:
    """One reason why an effect is blocked. `source` is "standing", "agreement", "qualification" or "restriction"."""

    source: str
    clause: str
    reason: str
    measure: str = ""
    measure_clause: str = ""
    penalty_id: UUID | None = None
    decision_id: UUID | None = None
    from_: datetime | None = None
    until: datetime | None = None
    advice: str = ""
    advice_zh: str = ""


def explain(held: Iterable[Held], causes: Iterable[Cause], at: datetime) -> Mapping[Effect, tuple[Because, ...]]:
    """For every effect what blocks it at the instant `at`; an empty tuple means that it is free."""
    held, causes = tuple(held), tuple(causes)
    return {
        effect: (
            *(_held(one) for one in held if effect in one.hold.effects),
            *(_restriction(cause) for cause in blocking(causes, effect, at)),
        )
        for effect in Effect
    }


def _held(one: Held) -> Because:
    return Because(
        one.source,
        one.hold.clause,
        one.hold.reason,
        from_=one.since,
        advice=one.advice,
        advice_zh=one.advice_zh,
    )


def _restriction(cause: Cause) -> Because:
    end = f"It ends at {cause.until.isoformat()}" if cause.until else "It ends when it is lifted or cured"
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
        f"Correct what the decision names, or appeal. {end}",
        "请按决定整改，或提出申诉",
    )
