"""`provider.standing_changed`: whether a provider is on its way out and still has to serve (7.4)."""

from collections.abc import Sequence

from services.monitoring.tables import provider
from shared.contracts.registry import ProviderStandingChanged
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_provider(tx: Transaction, received: Sequence[Received[ProviderStandingChanged]]) -> None:
    await keep(tx, provider, received)
