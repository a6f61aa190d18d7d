"""provider.standing_changed → the replica that says which account a provider is and what its standing blocks."""

from collections.abc import Sequence

from services.enforcement import tables
from shared.contracts.registry import ProviderStandingChanged
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def know_provider(tx: Transaction, received: Sequence[Received[ProviderStandingChanged]]) -> None:
    await keep(tx, tables.provider, received)
