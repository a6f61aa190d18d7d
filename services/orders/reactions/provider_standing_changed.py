"""A provider's standing changed: it decides whether the provider may sell."""

from collections.abc import Sequence

from services.orders.tables import provider
from shared.contracts.registry import ProviderStandingChanged
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received, on


async def keep_provider(tx: Transaction, received: Sequence[Received[ProviderStandingChanged]]) -> None:
    await keep(tx, provider, received)


REACTION = on(ProviderStandingChanged, keep_provider)
