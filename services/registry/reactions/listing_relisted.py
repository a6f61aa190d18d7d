"""`listing.relisted`: what is on sale again keeps its provider from leaving (7.1.1)."""

from collections.abc import Sequence

from services.registry.use_cases.listings import know_listings
from shared.contracts.catalog import ListingRelisted
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_listings(tx: Transaction, received: Sequence[Received[ListingRelisted]]) -> None:
    await know_listings(tx, received)
