"""`listing.retired`: it is probed only as long as somebody is still subscribed or served out."""

from collections.abc import Sequence

from services.monitoring import replicas
from services.monitoring.use_cases import measuring
from shared.contracts.catalog import ListingRetired
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def follow_listings(tx: Transaction, received: Sequence[Received[ListingRetired]]) -> None:
    await measuring.review_suspensions(tx, await replicas.follow_listings(tx, received))
