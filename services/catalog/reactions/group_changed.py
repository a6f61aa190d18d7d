"""Keeps the registry's word on which accounts are one and the same provider (6.5.11)."""

from collections.abc import Sequence

from services.catalog import tables
from shared.contracts.registry import GroupChanged
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_group(tx: Transaction, received: Sequence[Received[GroupChanged]]) -> None:
    """A submission is compared across the accounts of the group as it is then."""
    await keep(tx, tables.account_group, received)
