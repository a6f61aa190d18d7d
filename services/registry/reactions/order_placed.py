"""`order.placed`: an open order keeps its provider from leaving (7.1.2)."""

from collections.abc import Sequence

from services.registry import store
from services.registry.domain import obligation
from shared.contracts.orders import OrderPlaced
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_obligations(tx: Transaction, received: Sequence[Received[OrderPlaced]]) -> None:
    await store.obligations.keep_obligations(tx, received, obligation.of_placed_order)
