"""From all that the registry knows of a provider to the effects it blocks: the one place that knows (3.1, 7.1, 7.3)."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.registry.domain.agreement import AgreementKind
from shared.contracts.effects import Effect
from shared.contracts.registry import Hold, Standing

TRANSITIONS: dict[Standing, frozenset[Standing]] = {
    Standing.APPLIED: frozenset({Standing.ADMITTED}),
    Standing.ADMITTED: frozenset({Standing.EXITING}),
    Standing.EXITING: frozenset({Standing.ADMITTED, Standing.EXITED}),
    Standing.EXITED: frozenset(),
}

_SELLING = frozenset({Effect.LIST, Effect.ORDER, Effect.RENEW, Effect.PUBLISH})
_BY_STANDING: dict[Standing, tuple[Hold, ...]] = {
    Standing.APPLIED: (Hold(effects=_SELLING, clause="3.1", reason="The provider is not admitted yet"),),
    Standing.ADMITTED: (),
    # Its users keep what they bought (7.4), and it still gets its money, unless a penalty holds that.
    Standing.EXITING: (Hold(effects=_SELLING, clause="7.3", reason="The provider is leaving the market"),),
    Standing.EXITED: (
        Hold(
            effects=_SELLING | {Effect.USE, Effect.CALL_API},
            clause="7.1",
            reason="The provider has left the market",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that the registry knows of a provider and that may block something.

    `unsigned` are the agreements whose version in force the provider has not signed.
    """

    standing: Standing
    unsigned: tuple[AgreementKind, ...] = ()


def may_become(now: Standing, then: Standing) -> bool:
    return then in TRANSITIONS[now]


def holds(situation: Situation) -> tuple[Hold, ...]:
    """Everything that the registry itself holds against a provider in this situation."""
    return (*_BY_STANDING[situation.standing], *_unsigned(situation))


def _unsigned(situation: Situation) -> tuple[Hold, ...]:
    if situation.standing is not Standing.ADMITTED:
        return ()
    return tuple(
        Hold(
            effects=frozenset({Effect.PUBLISH}),
            clause="3.1",
            reason=f"The {kind} agreement is not signed in the version in force",
        )
        for kind in situation.unsigned
    )


def blocked(held: Iterable[Hold]) -> frozenset[Effect]:
    return frozenset(effect for hold in held for effect in hold.effects)
