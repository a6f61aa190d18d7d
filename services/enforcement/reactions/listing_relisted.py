"""listing.relisted → the replica, and the end of the penalties that the reviewed version corrects (6.5.2)."""

from collections.abc import Sequence

from services.enforcement.use_cases import cures
from shared.contracts.catalog import ListingRelisted
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def cure(tx: Transaction, received: Sequence[Received[ListingRelisted]]) -> None:
    await cures.learn_relistings(tx, received)
