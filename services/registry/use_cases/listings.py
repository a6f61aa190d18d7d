"""What the registry has to know of listings: whether they are on sale, and in which category they are."""

from collections.abc import Sequence
from typing import Any

from services.registry import store, tables
from services.registry.domain import obligation
from services.registry.use_cases.app_access import tell_access_hit
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def know_listings(tx: Transaction, received: Sequence[Received[Any]]) -> None:
    """On sale it keeps its provider from leaving (7.1.1); its category and lifecycle matter for its access."""
    changed = set(await keep(tx, tables.listing, received))
    await store.obligations.keep_obligations(tx, received, obligation.of_listing)
    await tell_access_hit(tx, {("listing", item.event.listing_id) for item in received if item.event.key in changed})
