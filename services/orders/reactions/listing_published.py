"""A version went live: its plans and prices are what can be ordered from now on."""

from collections.abc import Sequence

from services.orders.tables import listing
from shared.contracts.catalog import ListingPublished
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received, on


async def keep_listing(tx: Transaction, received: Sequence[Received[ListingPublished]]) -> None:
    await keep(tx, listing, received)


REACTION = on(ListingPublished, keep_listing)
