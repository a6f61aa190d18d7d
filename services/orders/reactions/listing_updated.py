"""A listing's live state changed in another way, or is told again."""

from collections.abc import Sequence

from services.orders.tables import listing
from shared.contracts.catalog import ListingUpdated
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received, on


async def keep_listing(tx: Transaction, received: Sequence[Received[ListingUpdated]]) -> None:
    await keep(tx, listing, received)


REACTION = on(ListingUpdated, keep_listing)
