"""`outage.closed`: a service answers again."""

from collections.abc import Sequence

from services.registry import store
from shared.contracts.monitoring import OutageClosed
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_outages(tx: Transaction, received: Sequence[Received[OutageClosed]]) -> None:
    await store.obligations.keep_outages(tx, received)
