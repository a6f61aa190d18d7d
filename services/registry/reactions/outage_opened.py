"""`outage.opened`: a service is away, which matters while its provider leaves (7.4)."""

from collections.abc import Sequence

from services.registry import store
from shared.contracts.monitoring import OutageOpened
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_outages(tx: Transaction, received: Sequence[Received[OutageOpened]]) -> None:
    await store.obligations.keep_outages(tx, received)
