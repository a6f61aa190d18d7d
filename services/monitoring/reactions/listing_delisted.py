"""`listing.delisted`: nobody new gets it, but who has it uses it, so it is probed on."""

from collections.abc import Sequence

from services.monitoring import replicas
from services.monitoring.use_cases import measuring
from shared.contracts.catalog import ListingDelisted
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def follow_listings(tx: Transaction, received: Sequence[Received[ListingDelisted]]) -> None:
    await measuring.review_suspensions(tx, await replicas.follow_listings(tx, received))
