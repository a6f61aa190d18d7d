"""Why something can or cannot be done: for every effect, each cause that blocks it now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.contracts.catalog import ListingState
from shared.contracts.effects import Cause, Effect, Target, blocking
from shared.contracts.registry import Hold, ProviderStandingChanged


@dataclass(frozen=True, slots=True)
class TargetCause:
    """A penalty's hold, and on which target it lies."""

    target: Target
    cause: Cause


@dataclass(frozen=True, slots=True)
class Answer:
    """`causes` are penalties; `holds` is what the registry's standing of the provider blocks by itself (3, 7)."""

    effect: Effect
    causes: tuple[TargetCause, ...]
    holds: tuple[Hold, ...]

    @property
    def blocked(self) -> bool:
        return bool(self.causes or self.holds)


def bearing_on(asked: Target, listing: ListingState | None) -> list[Target]:
    """Every target whose restrictions the asked one obeys: a listing also those of its provider and category."""
    if asked.kind == "listing":
        if listing is None:
            return [asked]
        category = Target(kind="provider_category", id=listing.provider_id, category=listing.category)
        return [asked, category, Target(kind="provider", id=listing.provider_id)]
    return [asked] if asked.kind == "provider" else [asked, Target(kind="provider", id=asked.id)]


def explain(held: Iterable[TargetCause], standing: ProviderStandingChanged | None, at: datetime) -> list[Answer]:
    """One answer per effect, blocked or free."""
    of_penalty = {item.cause.penalty_id: item for item in held}
    causes = [item.cause for item in of_penalty.values()]
    return [
        Answer(effect, tuple(of_penalty[c.penalty_id] for c in blocking(causes, effect, at)), _holds(standing, effect))
        for effect in Effect
    ]


def _holds(standing: ProviderStandingChanged | None, effect: Effect) -> tuple[Hold, ...]:
    if standing is None or effect not in standing.blocked:
        return ()
    told = tuple(hold for hold in standing.holds if effect in hold.effects)
    return told or (Hold(effects=frozenset({effect}), clause="3", reason=f"The provider is {standing.standing.value}"),)
