"""Keeps how buyers rate each listing."""

from collections.abc import Sequence

from services.catalog import tables
from services.catalog.use_cases.offers import restate_measured
from shared.contracts.orders import RatingChanged
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_rating(tx: Transaction, received: Sequence[Received[RatingChanged]]) -> None:
    await keep(tx, tables.rating, received)
    await restate_measured(tx, {item.event.listing_id for item in received})
