"""What providers and the market owe each other, summed up from the ledger and told when it changed."""

from services.orders import balances
from services.orders.domain.ledger import balance_of
from shared.db.transaction import Transaction

BATCH = 1_000


async def tell_changed_balances(tx: Transaction) -> int:
    """Takes what was posted since the last time into the balances; many bookings of one provider are one fact."""
    changes, changed = await balances.sum_up(tx, BATCH)
    for provider_id, amount_fen in changed:
        tx.emit(balance_of(provider_id, amount_fen, tx.now))
    if changed:
        tx.record("tell_changed_balances", "balances", new={"providers": [str(provider) for provider, _ in changed]})
    return changes


async def tell_balances(tx: Transaction, after: str, limit: int) -> str:
    """Re-emits each balance, for replicas that are filled anew."""
    told = await balances.balances_after(tx, after, limit)
    for provider_id, amount_fen, changed_at in told:
        tx.emit(balance_of(provider_id, amount_fen, changed_at))
    return str(told[-1][0]) if len(told) == limit else ""
