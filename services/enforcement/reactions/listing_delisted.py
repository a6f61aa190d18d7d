"""listing.delisted → the replica that says whose a listing is and in which category."""

from collections.abc import Sequence

from services.enforcement import tables
from shared.contracts.catalog import ListingDelisted
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def know_listing(tx: Transaction, received: Sequence[Received[ListingDelisted]]) -> None:
    await keep(tx, tables.listing, received)
