"""Tells the current state of everything that others keep a copy of again, so that a new replica can be filled."""

from services.registry import store
from services.registry.store import apps
from services.registry.store import groups as group_store
from services.registry.use_cases.app_access import tell_access
from shared.db.transaction import Transaction


async def retell_standings(tx: Transaction, after: str, limit: int) -> str:
    """Tells up to `limit` providers whose id is above `after`; returns the last one's id, "" at the end."""
    providers = await store.lock_providers_after(tx, after, limit)
    for provider in providers:
        state = await store.state_of(tx, provider)
        await store.keep_told(tx, provider.provider_id, state)
        tx.emit(state)
    return str(providers[-1].provider_id) if len(providers) == limit else ""


async def retell_groups(tx: Transaction, after: str, limit: int) -> str:
    """Tells up to `limit` groups whose id is above `after`, those that are no more, too."""
    groups = await group_store.lock_groups_after(tx, after, limit)
    tx.emit(*(group.state() for group in groups))
    return str(groups[-1].group_id) if len(groups) == limit else ""


async def retell_access(tx: Transaction, after: str, limit: int) -> str:
    """Tells up to `limit` applications' access; returns the last one's id, "" at the end."""
    found = await apps.apps_after(tx, after, limit)
    await tell_access(tx, found, again=True)
    return str(found[-1]) if len(found) == limit else ""
