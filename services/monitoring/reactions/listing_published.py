"""`listing.published`: what is offered is probed; a restriction that was waiting for it takes hold."""

from collections.abc import Sequence

from services.monitoring import replicas
from services.monitoring.use_cases import measuring
from shared.contracts.catalog import ListingPublished
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def follow_listings(tx: Transaction, received: Sequence[Received[ListingPublished]]) -> None:
    await measuring.review_suspensions(tx, await replicas.follow_listings(tx, received))
