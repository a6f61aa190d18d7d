"""From a placed order to money received: what to ask of the payment server, and what its word makes true."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.orders import store
from services.orders.domain import ledger, permission
from services.orders.domain.errors import OrderBlocked, PaymentMismatch, UnknownOrder, WrongOrderStatus
from services.orders.domain.order import Order, OrderKind, OrderStatus, cause_against
from services.orders.domain.payment import CURRENCY, Confirmation, Payment, PaymentStatus, retry_after
from services.orders.domain.subscription import Subscription
from services.orders.use_cases.refunding import give_back, return_stray_payment
from shared.contracts.effects import Effect
from shared.contracts.orders import RefusalCause
from shared.db.transaction import Transaction
from shared.ids import new_id

ASK_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Due:
    """What the merchant has to pay; `payment` when the server was asked before."""

    order: Order
    payment: Payment | None


async def prepare_payment(tx: Transaction, merchant_id: str, order_id: UUID) -> Due:
    """Whether the order may be paid now. Asking the payment server comes after this transaction."""
    order = await store.lock_order(tx, order_id)
    if order is None or order.merchant_id != merchant_id:
        raise UnknownOrder("You have no such order.")
    if not order.permits.paying:
        raise WrongOrderStatus(f"An order that is {order.status.value} takes no payment.", status=order.status.value)
    offer = await store.read_offer(tx, order.listing_id, merchant_id)
    causes = store.read_causes(offer["causes"]) if offer["causes"] else ()
    # What could not be used is not sold, and what was placed under a restriction does not stand.
    found = [permission.penalty_block(Effect.USE, cause) for cause in causes if cause.blocks(Effect.USE, tx.now)]
    found += [
        permission.penalty_block(order.needs, cause) for cause in causes if cause.blocks(order.needs, order.placed_at)
    ]
    if found:
        raise OrderBlocked(found[0].effect, found)
    return Due(order, await store.payment_of(tx, order_id))


async def begin_payment(tx: Transaction, order_id: UUID, payment_id: str, pay_url: str, silence: timedelta) -> Payment:
    """Remembers the payment that the server opened for the order."""
    order = await store.lock_order(tx, order_id)
    if order is None:
        raise UnknownOrder("There is no such order.")
    if (known := await store.payment_of(tx, order_id)) is not None:
        return known
    if not order.permits.paying:
        raise WrongOrderStatus(f"The order became {order.status.value}.", status=order.status.value)
    payment = Payment(
        payment_id, order_id, order.price_fen, pay_url, tx.now, tx.now + silence, tx.context.correlation_id
    )
    tx.session.add(payment)
    tx.record("begin_payment", f"order:{order_id}", new={"payment_id": payment_id, "amount_fen": order.price_fen})
    return payment


async def confirm_payment(tx: Transaction, confirmation: Confirmation) -> None:
    """The payment server says that the money is there. Said twice, or too late, it does no harm."""
    order = await store.lock_order(tx, confirmation.order_id)
    if order is None:
        raise UnknownOrder(f"There is no order {confirmation.order_id}.")
    payment = await _payment_for(tx, order, confirmation)
    if payment.status is PaymentStatus.SUCCEEDED:
        return
    tx.context = replace(tx.context, correlation_id=payment.correlation_id)  # the story that the merchant began
    payment.status, payment.query_at = PaymentStatus.SUCCEEDED, None
    if order.permits.paying:
        await _take_payment(tx, order, payment.payment_id)
    else:
        await return_stray_payment(tx, order, payment)


async def confirm_free_order(tx: Transaction, order_id: UUID) -> Order:
    """A plan for nothing needs no payment server."""
    order = await store.lock_order(tx, order_id)
    if order is None:
        raise UnknownOrder("There is no such order.")
    await _take_payment(tx, order, "free")
    return order


def ask_again(payment: Payment, now: datetime) -> None:
    """The server is asked less and less often, and after days no more."""
    payment.queries += 1
    waited = now - payment.created_at
    payment.query_at = None if waited > ASK_FOR else now + retry_after(payment.queries + 4)


async def _payment_for(tx: Transaction, order: Order, confirmation: Confirmation) -> Payment:
    """The order's payment, if the confirmation is about it: the same one, the full amount, the market's currency."""
    payment = await store.payment_of(tx, order.order_id)
    if payment is None:
        # The server opened it, but we died before we could remember it.
        other = await tx.session.get(Payment, confirmation.payment_id)
        if other is not None:
            raise PaymentMismatch("This payment belongs to another order.", payment_id=confirmation.payment_id)
        payment = Payment(
            confirmation.payment_id, order.order_id, order.price_fen, "", tx.now, None, tx.context.correlation_id
        )
        tx.session.add(payment)
    if payment.payment_id != confirmation.payment_id:
        raise PaymentMismatch("The order has another payment.", payment_id=confirmation.payment_id)
    if (confirmation.amount_fen, confirmation.currency) != (order.price_fen, CURRENCY):
        raise PaymentMismatch(
            f"The order asks for {order.price_fen} fen {CURRENCY}, "
            f"the payment is {confirmation.amount_fen} fen {confirmation.currency}.",
            payment_id=confirmation.payment_id,
        )
    return payment


async def _take_payment(tx: Transaction, order: Order, payment_id: str) -> None:
    tx.emit(*order.pay(payment_id, tx.now))
    await store.post(tx, order.order_id, ledger.pay(order.order_id, order.provider_id, order.price_fen))
    await store.post(tx, order.order_id, ledger.take_fee(order.order_id, order.provider_id, order.fee_fen))
    tx.record(
        "confirm_payment",
        f"order:{order.order_id}",
        old={"status": OrderStatus.PLACED.value},
        new={"status": order.status.value, "payment_id": payment_id, "amount_fen": order.price_fen},
    )
    running = await store.lock_access(tx, order.merchant_id, order.listing_id)
    if running is not None and running.ends_at <= tx.now:
        tx.emit(*running.expire())
        await tx.session.flush()
        running = None
    cause = cause_against(order, await store.causes_on(tx, order.listing_id))
    if cause is None and order.kind is OrderKind.PURCHASE and running is not None:
        cause = RefusalCause(effect=Effect.ORDER.value, clause="", detail="paid for twice")
    if cause is not None:
        await give_back(tx, order, cause)
    else:
        _give_access(tx, order, running)


def _give_access(tx: Transaction, order: Order, running: Subscription | None) -> None:
    if running is not None:
        tx.emit(*running.extend(order.period_days))
        order.subscription_id = running.subscription_id
        return
    subscription = Subscription(
        subscription_id=new_id(),
        merchant_id=order.merchant_id,
        listing_id=order.listing_id,
        provider_id=order.provider_id,
        starts_at=tx.now,
        ends_at=tx.now + timedelta(days=order.period_days),
    )
    tx.session.add(subscription)
    order.subscription_id = subscription.subscription_id
    tx.emit(subscription.activated())
