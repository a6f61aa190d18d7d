"""group.changed → penalties follow who is the same provider (6.5.11)."""

from collections.abc import Sequence

from services.enforcement.use_cases import groups
from shared.contracts.registry import GroupChanged
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def follow_groups(tx: Transaction, received: Sequence[Received[GroupChanged]]) -> None:
    await groups.learn_groups(tx, received)
