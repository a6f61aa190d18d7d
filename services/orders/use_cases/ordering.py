"""Placing and cancelling orders. Placing is a hot path: one SELECT before it, one statement with the commit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.orders import store
from services.orders.domain import permission
from services.orders.domain.errors import (
    AlreadySubscribed,
    OrderBlocked,
    PriceChanged,
    RenewalBlocked,
    SubscriptionEnded,
    UnknownListing,
    UnknownOrder,
    UnknownPlan,
    UnknownSubscription,
)
from services.orders.domain.order import NEEDS, Order, OrderKind, OrderStatus, technical_fee
from services.orders.domain.subscription import Subscription
from shared.contracts.catalog import ListingState, Plan
from shared.db.transaction import Transaction
from shared.ids import new_id

OFFER = store.OFFER  # what `place_order` must be shown
UNPAID_FOR = timedelta(hours=24)
CANCEL_BATCH = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What a merchant asks for, at the price that the merchant saw."""

    merchant_id: str
    listing_id: UUID
    plan_id: str
    price_fen: int


def place_order(tx: Transaction, wish: Wish, offer: Mapping[str, Any], fee_basis_points: int) -> Order:
    """Buys a plan at its published price. `offer` is the row of `store.OFFER`, read in this transaction."""
    listing = _listing_of(wish, offer)
    _refuse_blocked(tx, OrderKind.PURCHASE, listing, offer)
    plan = _plan_at_price(wish, listing)
    if offer["subscribed"]:
        raise AlreadySubscribed("You have this listing already; renew the subscription instead.")
    return _place(tx, wish, listing, plan, fee_basis_points, OrderKind.PURCHASE, None)


async def renew_subscription(
    tx: Transaction, merchant_id: str, subscription_id: UUID, plan_id: str, price_fen: int, fee_basis_points: int
) -> Order:
    """Orders a further period, which is added to the end when it is paid."""
    subscription = await store.lock_subscription(tx, subscription_id)
    if subscription is None or subscription.merchant_id != merchant_id:
        raise UnknownSubscription("You have no such subscription.")
    wish = Wish(merchant_id, subscription.listing_id, plan_id, price_fen)
    offer = await store.read_offer(tx, wish.listing_id, merchant_id)
    listing = _listing_of(wish, offer)
    _refuse_blocked(tx, OrderKind.RENEWAL, listing, offer)
    if not subscription.is_running(tx.now):
        raise SubscriptionEnded("The subscription has ended; order the listing anew.", status=subscription.status.value)
    plan = _plan_at_price(wish, listing)
    return _place(tx, wish, listing, plan, fee_basis_points, OrderKind.RENEWAL, subscription)


async def cancel_order(tx: Transaction, merchant_id: str, order_id: UUID) -> Order:
    """The merchant lets an unpaid order go."""
    order = await store.lock_order(tx, order_id)
    if order is None or order.merchant_id != merchant_id:
        raise UnknownOrder("You have no such order.")
    if order.status is not OrderStatus.CANCELLED:
        _cancel(tx, order, "cancelled by the merchant")
    return order


async def cancel_unpaid_orders(tx: Transaction) -> int:
    """Lets go of orders that nobody paid in time, so that an old price cannot be paid for ever."""
    forgotten = await store.claim_unpaid_orders(tx, tx.now - UNPAID_FOR, CANCEL_BATCH)
    for order in forgotten:
        _cancel(tx, order, "not paid in time")
    return len(forgotten)


async def tell_orders(tx: Transaction, after: str, limit: int) -> str:
    """Re-emits whether each order is finished, for replicas that are filled anew."""
    told = await store.orders_after(tx, after, limit)
    for order, refund_pending in told:
        tx.emit(order.updated(refund_pending=refund_pending))
    return str(told[-1][0].order_id) if len(told) == limit else ""


def _cancel(tx: Transaction, order: Order, reason: str) -> None:
    before = order.status
    tx.emit(*order.cancel(reason, tx.now))
    tx.record(
        "cancel_order",
        f"order:{order.order_id}",
        old={"status": before.value},
        new={"status": order.status.value},
        reason=reason,
    )


def _listing_of(wish: Wish, offer: Mapping[str, Any]) -> ListingState:
    if offer["listing"] is None:
        raise UnknownListing(f"No listing {wish.listing_id} is on the market.")
    return store.read_listing(offer["listing"])


def _refuse_blocked(tx: Transaction, kind: OrderKind, listing: ListingState, offer: Mapping[str, Any]) -> None:
    causes = store.read_causes(offer["causes"]) if offer["causes"] else ()
    provider = store.read_provider(offer["provider"]) if offer["provider"] else None
    blocks = permission.blocks(NEEDS[kind], tx.now, listing, causes, provider)
    if blocks:
        refusal = OrderBlocked if kind is OrderKind.PURCHASE else RenewalBlocked
        raise refusal(NEEDS[kind], blocks)


def _plan_at_price(wish: Wish, listing: ListingState) -> Plan:
    plan = next((plan for plan in listing.plans if plan.plan_id == wish.plan_id), None)
    if plan is None:
        raise UnknownPlan(
            "The listing has no such plan (any more).",
            errors=[{"pointer": "/plan_id", "message": "is no plan of this listing"}],
            plans=[plan.plan_id for plan in listing.plans],
        )
    if plan.price_fen != wish.price_fen:
        raise PriceChanged(
            f"The plan costs {plan.price_fen} fen, not {wish.price_fen} fen.",
            price_fen=plan.price_fen,
            price_seen_fen=wish.price_fen,
        )
    return plan


def _place(
    tx: Transaction,
    wish: Wish,
    listing: ListingState,
    plan: Plan,
    fee_basis_points: int,
    kind: OrderKind,
    renews: Subscription | None,
) -> Order:
    order = Order(
        order_id=new_id(),
        merchant_id=wish.merchant_id,
        listing_id=wish.listing_id,
        provider_id=listing.provider_id,
        plan_id=plan.plan_id,
        period_days=plan.period_days,
        price_fen=plan.price_fen,
        fee_fen=technical_fee(plan.price_fen, fee_basis_points),
        placed_at=tx.now,
        kind=kind,
        subscription_id=None if renews is None else renews.subscription_id,
    )
    store.add_order(tx, order)
    tx.emit(order.placed())
    tx.record("place_order", f"order:{order.order_id}", new={"plan_id": order.plan_id, "price_fen": order.price_fen})
    return order
