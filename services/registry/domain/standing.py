"""From the provider's standing to the effects that the registry blocks: the one place that knows (3.1, 7.1, 7.3)."""

from collections.abc import Iterable

from shared.contracts.effects import Effect
from shared.contracts.registry import Hold, Standing

TRANSITIONS: dict[Standing, frozenset[Standing]] = {
    Standing.APPLIED: frozenset({Standing.ADMITTED}),
    Standing.ADMITTED: frozenset({Standing.EXITING}),
    Standing.EXITING: frozenset({Standing.ADMITTED, Standing.EXITED}),
    Standing.EXITED: frozenset(),
}

_SELLING = frozenset({Effect.LIST, Effect.ORDER, Effect.RENEW, Effect.PUBLISH})
_HOLDS: dict[Standing, tuple[Hold, ...]] = {
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


def may_become(now: Standing, then: Standing) -> bool:
    return then in TRANSITIONS[now]


def holds(standing: Standing) -> tuple[Hold, ...]:
    """Everything that the registry itself holds against a provider of this standing."""
    return _HOLDS[standing]


def blocked(held: Iterable[Hold]) -> frozenset[Effect]:
    return frozenset(effect for hold in held for effect in hold.effects)
