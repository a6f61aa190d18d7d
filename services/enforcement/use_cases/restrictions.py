"""Telling what restricts a target. Whoever changed its penalties calls this in the same transaction."""

from collections.abc import Iterable

from services.enforcement import penalty_store
from services.enforcement.domain.restriction import restriction
from shared.contracts.effects import Target
from shared.db.transaction import Transaction


async def restate_restrictions(tx: Transaction, targets: Iterable[Target]) -> None:
    """Locks the targets, reads all penalties on them again and tells the full set of causes of each.

    Once per decision, with all of its targets: what replaces something then leaves no gap between the two.
    """
    for target in await penalty_store.lock_restrictions(tx, targets):
        await _tell(tx, target)


async def retell_restrictions(tx: Transaction, after: str, limit: int) -> str:
    """Tells up to `limit` targets whose key is above `after` again; returns the last key, "" at the end."""
    targets = await penalty_store.lock_restrictions_after(tx, after, limit)
    for target in targets:
        await _tell(tx, target)
    return targets[-1].key if len(targets) == limit else ""


async def _tell(tx: Transaction, target: Target) -> None:
    if target.kind in ("provider_category", "listing"):  # whose cures name the state that they saw (6.5.6, 6.5.2)
        await tx.session.flush()
        await penalty_store.note_told(tx, target)
    tx.emit(restriction(target, await penalty_store.penalties_on(tx, target), tx.now))
