"""Keeps enforcement's restrictions, also those on targets that are not known here yet."""

from collections.abc import Sequence

from services.catalog import tables
from shared.contracts.enforcement import RestrictionChanged
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_restriction(tx: Transaction, received: Sequence[Received[RestrictionChanged]]) -> None:
    """Writes no listing's lifecycle: what a restriction blocks is decided when it is read."""
    await keep(tx, tables.restriction, received)
