"""outage.closed → the outage's last word is judged by the rulebook."""

from collections.abc import Sequence

from services.enforcement.use_cases import outages
from shared.contracts.monitoring import OutageClosed
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def judge_outage(tx: Transaction, received: Sequence[Received[OutageClosed]]) -> None:
    await outages.learn_outages(tx, received)
