"""`subscription.activated`: whom a leaving provider has to serve (7.4)."""

from collections.abc import Sequence

from services.registry import store
from shared.contracts.orders import SubscriptionActivated
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received


async def keep_subscriptions(tx: Transaction, received: Sequence[Received[SubscriptionActivated]]) -> None:
    await store.obligations.keep_subscriptions(tx, received)
