"""Tells the current standing of every provider again, so that a new replica can be filled."""

from services.registry import store
from shared.db.transaction import Transaction


async def retell_standings(tx: Transaction, after: str, limit: int) -> str:
    """Tells up to `limit` providers whose id is above `after`; returns the last one's id, "" at the end."""
    providers = await store.lock_providers_after(tx, after, limit)
    for provider in providers:
        state = await store.state_of(tx, provider)
        await store.keep_told(tx, provider.provider_id, state)
        tx.emit(state)
    return str(providers[-1].provider_id) if len(providers) == limit else ""
