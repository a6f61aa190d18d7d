"""outage.opened → an outage, or more known of one, is judged by the rulebook."""

from collections.abc import Sequence

from services.enforcement.use_cases import outages
from shared.contracts.monitoring import OutageOpened
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def judge_outage(tx: Transaction, received: Sequence[Received[OutageOpened]]) -> None:
    await outages.learn_outages(tx, received)
