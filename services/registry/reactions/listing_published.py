"""`listing.published`: what is on sale keeps its provider from leaving (7.1.1); its category matters for its access."""

from collections.abc import Sequence

from services.registry.use_cases.listings import know_listings
from shared.contracts.catalog import ListingPublished
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_listings(tx: Transaction, received: Sequence[Received[ListingPublished]]) -> None:
    await know_listings(tx, received)
