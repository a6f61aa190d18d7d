"""`subscription.activated`: who is entitled, to count whom an outage affects."""

from collections.abc import Sequence

from services.monitoring import replicas
from shared.contracts.orders import SubscriptionActivated
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_subscriptions(tx: Transaction, received: Sequence[Received[SubscriptionActivated]]) -> None:
    await replicas.keep_subscriptions(tx, received)
