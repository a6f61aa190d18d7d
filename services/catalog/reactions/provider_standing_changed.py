"""Keeps the registry's word on every provider: its standing, what that blocks, and its qualifications."""

from collections.abc import Sequence

from services.catalog import tables
from shared.contracts.registry import ProviderStandingChanged
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_standing(tx: Transaction, received: Sequence[Received[ProviderStandingChanged]]) -> None:
    await keep(tx, tables.provider_standing, received)
