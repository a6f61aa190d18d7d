"""A listing was taken off the market: nobody can order it; who has it keeps it and may renew."""

from collections.abc import Sequence

from services.orders.tables import listing
from shared.contracts.catalog import ListingDelisted
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received, on


async def keep_listing(tx: Transaction, received: Sequence[Received[ListingDelisted]]) -> None:
    await keep(tx, listing, received)


REACTION = on(ListingDelisted, keep_listing)
