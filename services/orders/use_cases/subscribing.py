"""What happens to subscriptions by the clock."""

from services.orders import store
from shared.db.transaction import Transaction

EXPIRE_BATCH = 1_000


async def expire_subscriptions(tx: Transaction) -> int:
    """Tidies up subscriptions that have run out; who asks for an entitlement never depends on it."""
    ended = await store.claim_ended_subscriptions(tx, EXPIRE_BATCH)
    for subscription in ended:
        tx.emit(subscription.updated())
    if ended:
        tx.record(
            "expire_subscriptions", "subscriptions", new={"subscriptions": [str(s.subscription_id) for s in ended]}
        )
    return len(ended)


async def tell_subscriptions(tx: Transaction, after: str, limit: int) -> str:
    """Re-emits the current state of each subscription, for replicas that are filled anew."""
    told = await store.subscriptions_after(tx, after, limit)
    for subscription in told:
        tx.emit(subscription.updated())
    return str(told[-1].subscription_id) if len(told) == limit else ""
