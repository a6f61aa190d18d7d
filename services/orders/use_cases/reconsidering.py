"""What a restriction does to orders that were placed while it was already in force."""

from datetime import timedelta
from typing import Any

from services.orders import store
from services.orders.domain.order import Order, OrderStatus, cause_against
from services.orders.use_cases.refunding import give_back
from shared.contracts.effects import Cause, Effect, Target
from shared.contracts.orders import RefusalCause
from shared.db.transaction import Transaction

# An order may be read as free, and be written after the restriction was: the target is looked at again when such an
# order has surely been written, and once more when no transaction can still be open (see shared/db/engine.py).
LOOK_AGAIN_AFTER = (timedelta(seconds=2), timedelta(minutes=2))
BATCH = 100


async def reconsider_orders(tx: Transaction, target: Target, causes: tuple[Cause, ...]) -> None:
    """Orders placed at or after a cause's `from` do not stand: refused if unpaid, given back if paid."""
    relevant = [cause for cause in causes if not cause.effects.isdisjoint({Effect.ORDER, Effect.RENEW})]
    if not relevant:
        return
    for order in await store.orders_under(tx, target, since=min(cause.from_ for cause in relevant)):
        # A renewal may have been given back with its purchase just before.
        cause = cause_against(order, relevant) if order.permits.reconsidering else None
        if cause is not None:
            await _undo(tx, order, cause)


async def look_again_later(tx: Transaction, target: Target) -> None:
    await store.add_second_looks(tx, target.key, [tx.now + after for after in LOOK_AGAIN_AFTER])


async def look_again(tx: Transaction) -> int:
    """Reconsiders the targets whose second look is due."""
    keys = await store.claim_second_looks(tx, BATCH)
    for restriction in await store.restrictions(tx, keys):
        await reconsider_orders(tx, restriction.target, restriction.causes)
    return len(keys)


async def _undo(tx: Transaction, order: Order, cause: RefusalCause) -> None:
    if order.status is OrderStatus.PAID:
        await give_back(tx, order, cause)
        return
    old: dict[str, Any] = {"status": order.status.value}
    tx.emit(*order.refuse(cause, tx.now))
    tx.record(
        "refuse_order",
        f"order:{order.order_id}",
        old=old,
        new={"status": order.status.value, "cause": order.cause},
        reason=f"clause {cause.clause}",
    )
