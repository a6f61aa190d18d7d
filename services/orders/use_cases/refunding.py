"""Giving money back: decided in one transaction, carried out by a task driven by rows, booked when it is done."""

from dataclasses import replace
from uuid import UUID

from services.orders import store
from services.orders.domain import ledger
from services.orders.domain.order import Order, OrderKind, OrderStatus
from services.orders.domain.payment import Payment, Refund, RefundStatus, retry_after
from shared.contracts.orders import RefusalCause
from shared.db.transaction import Transaction
from shared.ids import new_id


async def give_back(tx: Transaction, order: Order, cause: RefusalCause) -> None:
    """A paid order does not stand: access ends now, the money is owed to the merchant, the technical fee is kept."""
    tx.emit(*order.give_back(cause))
    tx.record(
        "give_back_order",
        f"order:{order.order_id}",
        old={"status": OrderStatus.PAID.value},
        new={"status": order.status.value, "cause": order.cause},
        reason=cause.detail or f"clause {cause.clause}",
    )
    await _take_access(tx, order, cause)
    payment = await store.payment_of(tx, order.order_id)
    if payment is None:
        _close(tx, order)
        return
    refund = _due(tx, order, payment)
    await store.post(tx, order.order_id, ledger.owe_refund(refund.refund_id, order.provider_id, refund.amount_fen))


async def return_stray_payment(tx: Transaction, order: Order, payment: Payment) -> None:
    """Money came for an order that was refused or cancelled: it goes back whole, the order stays what it is."""
    refund = _due(tx, order, payment)
    await store.post(tx, order.order_id, ledger.stray_payment(refund.refund_id, refund.amount_fen))
    tx.emit(order.updated(refund_pending=True))
    tx.record(
        "return_stray_payment",
        f"order:{order.order_id}",
        new={"payment_id": payment.payment_id, "amount_fen": payment.amount_fen, "status": order.status.value},
    )


async def complete_refund(tx: Transaction, refund_id: UUID) -> None:
    """The payment server gave the money back. Heard twice (answer and webhook), it is booked once."""
    refund = await store.lock_refund(tx, refund_id)
    if refund is None or refund.status is RefundStatus.DONE:
        return
    tx.context = replace(tx.context, correlation_id=refund.correlation_id)
    refund.status, refund.done_at, refund.last_error = RefundStatus.DONE, tx.now, ""
    await store.post(tx, refund.order_id, ledger.pay_refund(refund.refund_id, refund.amount_fen))
    order = await store.lock_order(tx, refund.order_id)
    if order is not None and order.status is OrderStatus.REFUNDING:
        _close(tx, order)
    else:
        if order is not None:
            tx.emit(order.updated())
        tx.record("complete_refund", f"order:{refund.order_id}", new={"refund_id": str(refund_id)})


async def postpone_refund(tx: Transaction, refund_id: UUID, error: str) -> None:
    """An attempt failed; the next one comes later."""
    refund = await store.lock_refund(tx, refund_id)
    if refund is not None and refund.status is RefundStatus.DUE:
        refund.due_at, refund.last_error = tx.now + retry_after(refund.attempts), error[:500]
        tx.record("postpone_refund", f"order:{refund.order_id}", new={"attempts": refund.attempts}, reason=error[:500])


def _due(tx: Transaction, order: Order, payment: Payment) -> Refund:
    refund = Refund(new_id(), order.order_id, payment.payment_id, payment.amount_fen, tx.now, tx.context.correlation_id)
    tx.session.add(refund)
    return refund


async def _take_access(tx: Transaction, order: Order, cause: RefusalCause) -> None:
    if order.subscription_id is None:
        return
    if order.kind is OrderKind.PURCHASE:
        # What prolongs a subscription goes with it, or it would be paid for nothing.
        for renewal in await store.lock_renewals(tx, order.merchant_id, order.subscription_id):
            await give_back(tx, renewal, cause)
    subscription = await store.lock_subscription(tx, order.subscription_id)
    if subscription is None:
        return
    if order.kind is OrderKind.RENEWAL:
        tx.emit(*subscription.shorten(order.period_days, tx.now))
    else:
        tx.emit(*subscription.terminate(tx.now))


def _close(tx: Transaction, order: Order) -> None:
    before = order.status
    tx.emit(*order.refund(tx.now))
    tx.record(
        "refund_order",
        f"order:{order.order_id}",
        old={"status": before.value},
        new={"status": order.status.value, "amount_fen": order.price_fen},
    )
