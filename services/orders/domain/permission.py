"""What may be done with a listing right now: the AND over lifecycle, restrictions and the provider's standing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.contracts.catalog import ListingLifecycle, ListingState
from shared.contracts.effects import Cause, Effect, blocking
from shared.contracts.registry import ProviderStandingChanged, Standing


class Ground(StrEnum):
    """What kind of thing blocks."""

    PENALTY = "penalty"
    LIFECYCLE = "lifecycle"
    STANDING = "standing"
    QUALIFICATION = "qualification"


@dataclass(frozen=True, slots=True)
class Block:
    """One reason why an effect is not free, with the clause that says so."""

    effect: Effect
    ground: Ground
    clause: str
    detail: str
    measure_clause: str = ""
    decision_id: UUID | None = None
    from_: datetime | None = None
    until: datetime | None = None

    def as_facts(self) -> dict[str, Any]:
        return {
            "effect": self.effect.value,
            "ground": self.ground.value,
            "clause": self.clause,
            "detail": self.detail,
            "measure_clause": self.measure_clause,
            "decision_id": None if self.decision_id is None else str(self.decision_id),
            "from": None if self.from_ is None else self.from_.isoformat(),
            "until": None if self.until is None else self.until.isoformat(),
        }


# Who has it may go on using and, unless it is gone for good, renewing it: a listing taken off sale is not a penalty.
_LIFECYCLE_BLOCKS: dict[ListingLifecycle, frozenset[Effect]] = {
    ListingLifecycle.LIVE: frozenset(),
    ListingLifecycle.DELISTED: frozenset({Effect.LIST, Effect.ORDER}),
    ListingLifecycle.RETIRED: frozenset({Effect.LIST, Effect.ORDER, Effect.RENEW}),
}

_STANDING_CLAUSE: dict[Standing, str] = {
    Standing.APPLIED: "3.1",
    Standing.ADMITTED: "3.1",
    Standing.EXITING: "7.3",
    Standing.EXITED: "7.1",
}

# A qualification that has ended takes its category's listings off sale (3.2); who has one keeps and may renew it.
_NEEDS_QUALIFICATION = frozenset({Effect.LIST, Effect.ORDER, Effect.PUBLISH})

# A provider that the registry has not told of is not known to be admitted, so it sells nothing; who bought keeps it.
_NEEDS_ADMISSION = frozenset({Effect.LIST, Effect.ORDER, Effect.RENEW})


def blocks(
    effect: Effect,
    at: datetime,
    listing: ListingState,
    causes: Iterable[Cause],
    provider: ProviderStandingChanged | None,
) -> list[Block]:
    """Everything that blocks `effect` on the listing at the instant `at`; empty means that it is free."""
    found = [penalty_block(effect, cause) for cause in blocking(causes, effect, at)]
    if effect in _LIFECYCLE_BLOCKS[listing.lifecycle]:
        found.append(Block(effect, Ground.LIFECYCLE, "4.1", f"the listing is {listing.lifecycle.value}"))
    standing = _standing_block(effect, provider)
    if standing is not None:
        found.append(standing)
    lost = _qualification_block(effect, at, listing.category, provider)
    return found if lost is None else [*found, lost]


def penalty_block(effect: Effect, cause: Cause) -> Block:
    return Block(
        effect,
        Ground.PENALTY,
        cause.clause,
        cause.measure,
        cause.measure_clause,
        cause.decision_id,
        cause.from_,
        cause.until,
    )


def _standing_block(effect: Effect, provider: ProviderStandingChanged | None) -> Block | None:
    if provider is None:
        if effect not in _NEEDS_ADMISSION:
            return None
        return Block(effect, Ground.STANDING, "3.1", "the provider is not known to be admitted")
    not_admitted = effect in _NEEDS_ADMISSION and provider.standing is Standing.APPLIED
    if not not_admitted and effect not in provider.blocked:
        return None
    hold = next((hold for hold in provider.holds if effect in hold.effects), None)
    if hold is not None:
        return Block(effect, Ground.STANDING, hold.clause, hold.reason)
    return Block(
        effect, Ground.STANDING, _STANDING_CLAUSE[provider.standing], f"the provider is {provider.standing.value}"
    )


def _qualification_block(
    effect: Effect, at: datetime, category: str, provider: ProviderStandingChanged | None
) -> Block | None:
    """The registry names a qualification that has ended; where none is asked for, none is named."""
    if provider is None or effect not in _NEEDS_QUALIFICATION:
        return None
    ended = next((q for q in provider.qualifications if q.category == category and not q.holds(at)), None)
    if ended is None:
        return None
    detail = f"the provider's qualification for the category {category} has ended"
    return Block(effect, Ground.QUALIFICATION, "3.2", detail, from_=ended.expires_at)
