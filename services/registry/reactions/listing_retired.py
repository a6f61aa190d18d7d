"""`listing.retired`: what is ended keeps nobody from leaving (7.1.1)."""

from collections.abc import Sequence

from services.registry.use_cases.listings import know_listings
from shared.contracts.catalog import ListingRetired
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_listings(tx: Transaction, received: Sequence[Received[ListingRetired]]) -> None:
    await know_listings(tx, received)
