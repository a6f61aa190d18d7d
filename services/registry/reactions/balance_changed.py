"""`balance.changed`: what a provider owes keeps it from leaving (7.1.4)."""

from collections.abc import Sequence

from services.registry import store
from services.registry.domain import obligation
from shared.contracts.orders import BalanceChanged
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_obligations(tx: Transaction, received: Sequence[Received[BalanceChanged]]) -> None:
    await store.obligations.keep_obligations(tx, received, obligation.of_balance)
