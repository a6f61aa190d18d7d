"""How much shared traits say: the confidence that two accounts have one controller (6.5.11).

What agrees is combined as by a noisy OR, as if each piece were an independent witness:

    confidence = 1 - product over the agreeing traits of (1 - weight[kind] / sqrt(shared_by - 1))

`shared_by` counts the accounts with that very trait. Two who share a phone are weighed in full; of five
hundred with one mail domain nothing is heard: a trait that more than `FAN_OUT` accounts share neither finds nor weighs.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import prod, sqrt
from types import MappingProxyType
from uuid import UUID

from services.registry.domain.trait import Ground, TraitKind

FAN_OUT = 50
"""So many accounts may share a trait that is still looked at; it also bounds what a common one may cost."""

WORTH_PROPOSING = 0.3


@dataclass(frozen=True, slots=True)
class Weight:
    """The probability that two accounts which alone share this have one controller, and where it was taken from."""

    value: float
    source: str = "design-choice"


WEIGHTS: Mapping[TraitKind, Weight] = MappingProxyType(
    {
        TraitKind.BANK_ACCOUNT: Weight(0.9),
        TraitKind.CERTIFICATE: Weight(0.9),
        TraitKind.PHONE: Weight(0.7),
        TraitKind.WEBSITE: Weight(0.6),
        TraitKind.ADDRESS: Weight(0.45),
        TraitKind.MAIL_DOMAIN: Weight(0.35),
    }
)


@dataclass(frozen=True, slots=True)
class Witness:
    """One trait that two accounts share, and how many share it."""

    ground: Ground
    shared_by: int

    @property
    def kind(self) -> TraitKind:
        return self.ground[0]

    @property
    def weight(self) -> float:
        return WEIGHTS[self.kind].value / sqrt(max(self.shared_by, 2) - 1)


def confidence(witnesses: Iterable[Witness]) -> float:
    """Between 0 and 1, to four places: two runs over the same traits must agree."""
    doubt = prod(1 - weight for weight in sorted(witness.weight for witness in witnesses))
    return round(1 - doubt, 4)


def weigh(holders: Mapping[Ground, Collection[UUID]]) -> dict[UUID, tuple[Witness, ...]]:
    """What speaks for each other account, from the holders of an account's weak traits, itself not counted."""
    found: dict[UUID, list[Witness]] = {}
    for ground in sorted(holders):
        if ground[0] in WEIGHTS and 0 < len(holders[ground]) < FAN_OUT:
            for other in holders[ground]:
                found.setdefault(other, []).append(Witness(ground, len(holders[ground]) + 1))
    return {other: tuple(witnesses) for other, witnesses in found.items()}
