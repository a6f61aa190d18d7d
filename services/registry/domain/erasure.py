"""What of a provider's personal data may be erased, and what must be kept on what ground (personal data law, 47)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.registry.domain.application import ApplicationState
from services.registry.domain.errors import ErasureRefused
from services.registry.domain.trait import STRONG, Ground, TraitKind
from shared.contracts.registry import Standing


class Kept(StrEnum):
    """What stays after an erasure."""

    ENTERPRISE = "enterprise"
    SIGNATURES = "signatures"
    DECISIONS = "decisions"
    TRADE = "trade"
    IDENTITY_INDEX = "identity_index"


GROUNDS: dict[Kept, str] = {
    Kept.ENTERPRISE: "The enterprise's name, code and address are public and say nothing about a person",
    Kept.SIGNATURES: "Who bound the enterprise to which text and when is the proof of the contract; "
    "from which network address and with which program is forgotten",
    Kept.DECISIONS: "Decisions and the audit trail stay, for three years at least (E-Commerce Law 31); "
    "they name persons by nothing that still opens",
    Kept.TRADE: "Orders, payments and the ledger belong to other parts and stay for three years at least "
    "(E-Commerce Law 31)",
    Kept.IDENTITY_INDEX: "The provider was expelled or is linked to other accounts: the blind index of its identity "
    "stays, so that a new account is known (2.7, 6.5.11); nobody can read the identity from it",
}

RETAINED_FOR = timedelta(days=3 * 365 + 1)
"""The identity of whom was in the market is kept for three years after it left (Online Transaction Measures 31)."""

_NEVER_ADMITTED = frozenset(
    {ApplicationState.DRAFT, ApplicationState.WITHDRAWN, ApplicationState.REJECTED, ApplicationState.CHANGES_REQUESTED}
)


@dataclass(frozen=True, slots=True)
class Erasure:
    """`traits` are those that remain; every other one, and every person's key, is destroyed."""

    traits: frozenset[Ground]
    kept: tuple[Kept, ...]


def refuse_retained(left_at: datetime | None, at: datetime) -> None:
    """`left_at`: when its last exit was completed; None for whom was never in the market."""
    if left_at is not None and at < left_at + RETAINED_FOR:
        raise ErasureRefused(
            "The identity of a provider that left is kept for three years (Online Transaction Measures 31)",
            keep_until=(left_at + RETAINED_FOR).isoformat(),
        )


def plan(
    standing: Standing, state: ApplicationState, traits: Iterable[Ground], *, is_barred: bool, is_linked: bool
) -> Erasure:
    """Only who is not (any more) in the market can be forgotten: until then the law asks the platform to know it."""
    if standing is not Standing.EXITED and not (standing is Standing.APPLIED and state in _NEVER_ADMITTED):
        raise ErasureRefused(
            "The platform must know who sells here or asks to: first leave the market, or withdraw the application",
            clauses=["3.1", "7.1"],
            standing=standing,
            application=state,
        )
    remaining = frozenset(ground for ground in traits if _stays(ground, is_known=is_barred or is_linked))
    kept = [Kept.ENTERPRISE, Kept.SIGNATURES, Kept.DECISIONS]
    kept += [Kept.TRADE] if standing is Standing.EXITED else []
    kept += [Kept.IDENTITY_INDEX] if any(kind is TraitKind.REPRESENTATIVE for kind, _ in remaining) else []
    return Erasure(remaining, tuple(kept))


def _stays(ground: Ground, *, is_known: bool) -> bool:
    """The enterprise's code is no personal data; the representative's index only where the law still needs it."""
    return ground[0] is TraitKind.CODE or (is_known and ground[0] in STRONG)
