"""`order.updated`: an order is finished, or money has to go back."""

from collections.abc import Sequence

from services.registry import store
from services.registry.domain import obligation
from shared.contracts.orders import OrderUpdated
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_obligations(tx: Transaction, received: Sequence[Received[OrderUpdated]]) -> None:
    await store.obligations.keep_obligations(tx, received, obligation.of_order)
