"""A listing is back on the market after a review: it can be ordered again."""

from collections.abc import Sequence

from services.orders.tables import listing
from shared.contracts.catalog import ListingRelisted
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received, on


async def keep_listing(tx: Transaction, received: Sequence[Received[ListingRelisted]]) -> None:
    await keep(tx, listing, received)


REACTION = on(ListingRelisted, keep_listing)
