"""`listing.relisted`: what is offered again is probed at the address of the reviewed version."""

from collections.abc import Sequence

from services.monitoring import replicas
from services.monitoring.use_cases import measuring
from shared.contracts.catalog import ListingRelisted
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def follow_listings(tx: Transaction, received: Sequence[Received[ListingRelisted]]) -> None:
    await measuring.review_suspensions(tx, await replicas.follow_listings(tx, received))
