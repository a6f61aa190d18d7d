"""What gateways are told of an application's access, when and only when it changes (2.7, 6.5.5)."""

from collections.abc import Collection
from uuid import UUID

from services.registry.domain import app_access
from services.registry.store import apps
from shared.db.transaction import Transaction

BATCH = 200


async def tell_access(tx: Transaction, app_ids: Collection[UUID], *, again: bool = False) -> int:
    """Says of each application whether it may call, if that or its keys differ from what was told; `again`: always."""
    told = 0
    for app_id in sorted(app_ids):
        await apps.lock_app(tx, app_id)
        keys = await apps.keys(tx, app_id)
        provider_id = keys[0].provider_id
        against = await apps.against(tx, app_id, provider_id)
        decision = app_access.decide(against.holds, against.causes, tx.now)
        state, is_news = await apps.keep_told_access(
            tx,
            app_access.state(app_id, provider_id, keys, decision, tx.now),
            app_access.next_change(keys, decision, tx.now),
        )
        if is_news or again:
            tx.emit(state)
            told += 1
    return told


async def tell_access_hit(tx: Transaction, targets: Collection[tuple[str, UUID]]) -> int:
    """After a restriction on these targets, or a standing, changed."""
    return await tell_access(tx, await apps.apps_hit(tx, targets))


async def tell_access_by_clock(tx: Transaction) -> int:
    """Keys that ended, penalties that began or lapsed: gateways that cache are told by message, too."""
    due = await apps.due_apps(tx, BATCH)
    await tell_access(tx, due)
    return len(due)
