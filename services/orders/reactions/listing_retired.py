"""A listing was ended for good: it is neither ordered nor renewed; what was bought runs on."""

from collections.abc import Sequence

from services.orders.tables import listing
from shared.contracts.catalog import ListingRetired
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received, on


async def keep_listing(tx: Transaction, received: Sequence[Received[ListingRetired]]) -> None:
    await keep(tx, listing, received)


REACTION = on(ListingRetired, keep_listing)
