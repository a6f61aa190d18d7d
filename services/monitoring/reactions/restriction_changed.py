"""`restriction.changed`: while our own restriction blocks use, nothing is measured against the provider."""

from collections.abc import Sequence

from services.monitoring import store
from services.monitoring.tables import restriction
from services.monitoring.use_cases import measuring
from shared.contracts.enforcement import RestrictionChanged
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def review_suspensions(tx: Transaction, received: Sequence[Received[RestrictionChanged]]) -> None:
    changed = set(await keep(tx, restriction, received))
    targets = {item.event.target.key: item.event.target for item in received if item.event.key in changed}
    for target in targets.values():
        listing_ids = await store.listings_under(tx, target.kind, target.id, target.category)
        await measuring.review_suspensions(tx, listing_ids)
