"""An order: a plan bought at a price, its statuses, and what each of them permits."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.orders.domain.errors import WrongOrderStatus
from shared.contracts.effects import Cause, Effect
from shared.contracts.event import Event
from shared.contracts.orders import (
    OrderCancelled,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
    OrderRefused,
    OrderUpdated,
    RefusalCause,
)


class OrderKind(StrEnum):
    PURCHASE = "purchase"
    RENEWAL = "renewal"


class OrderStatus(StrEnum):
    PLACED = "placed"
    PAID = "paid"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


TRANSITIONS: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PLACED: frozenset({OrderStatus.PAID, OrderStatus.REFUSED, OrderStatus.CANCELLED}),
    OrderStatus.PAID: frozenset({OrderStatus.REFUNDING}),
    OrderStatus.REFUNDING: frozenset({OrderStatus.REFUNDED}),
    OrderStatus.REFUSED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
    OrderStatus.REFUNDED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Permits:
    paying: bool = False
    cancelling: bool = False
    reconsidering: bool = False


PERMITS: dict[OrderStatus, Permits] = {
    OrderStatus.PLACED: Permits(paying=True, cancelling=True, reconsidering=True),
    OrderStatus.PAID: Permits(reconsidering=True),
    OrderStatus.REFUSED: Permits(),
    OrderStatus.CANCELLED: Permits(),
    OrderStatus.REFUNDING: Permits(),
    OrderStatus.REFUNDED: Permits(),
}

# Which effect an order of this kind needs.
NEEDS: dict[OrderKind, Effect] = {OrderKind.PURCHASE: Effect.ORDER, OrderKind.RENEWAL: Effect.RENEW}


@dataclass(eq=False)
class Order:
    order_id: UUID
    merchant_id: str
    listing_id: UUID
    provider_id: UUID
    plan_id: str
    period_days: int
    price_fen: int
    fee_fen: int
    placed_at: datetime
    kind: OrderKind = OrderKind.PURCHASE
    subscription_id: UUID | None = None
    status: OrderStatus = OrderStatus.PLACED
    closed_at: datetime | None = None
    cause: dict[str, Any] | None = None
    version: int = field(default=1)

    @property
    def permits(self) -> Permits:
        return PERMITS[self.status]

    @property
    def needs(self) -> Effect:
        return NEEDS[self.kind]

    def placed(self) -> OrderPlaced:
        return OrderPlaced(
            order_id=self.order_id,
            merchant_id=self.merchant_id,
            listing_id=self.listing_id,
            provider_id=self.provider_id,
            plan_id=self.plan_id,
            price_fen=self.price_fen,
            placed_at=self.placed_at,
        )

    def updated(self, *, refund_pending: bool = False) -> OrderUpdated:
        """Whether it is finished. `refund_pending` for money that goes back although the order never was paid."""
        return OrderUpdated(
            order_id=self.order_id,
            merchant_id=self.merchant_id,
            listing_id=self.listing_id,
            provider_id=self.provider_id,
            is_open=self.status is OrderStatus.PLACED,
            refund_pending=refund_pending or self.status is OrderStatus.REFUNDING,
            placed_at=self.placed_at,
        )

    def pay(self, payment_id: str, at: datetime) -> list[Event]:
        self._become(OrderStatus.PAID)
        paid = OrderPaid(order_id=self.order_id, payment_id=payment_id, amount_fen=self.price_fen, paid_at=at)
        return [paid, self.updated()]

    def refuse(self, cause: RefusalCause, at: datetime) -> list[Event]:
        self._become(OrderStatus.REFUSED)
        self._close(cause, at)
        return [OrderRefused(order_id=self.order_id, cause=cause, refused_at=at), self.updated()]

    def cancel(self, reason: str, at: datetime) -> list[Event]:
        self._become(OrderStatus.CANCELLED)
        self.closed_at = at
        return [OrderCancelled(order_id=self.order_id, reason=reason, cancelled_at=at), self.updated()]

    def give_back(self, cause: RefusalCause) -> list[Event]:
        """The refund is owed from here on; `order.refunded` is said when the money has gone back."""
        self._become(OrderStatus.REFUNDING)
        self.cause = cause.model_dump(mode="json")
        return [self.updated()]

    def refund(self, at: datetime) -> list[Event]:
        self._become(OrderStatus.REFUNDED)
        self.closed_at = at
        cause = RefusalCause.model_validate(self.cause)
        refunded = OrderRefunded(order_id=self.order_id, amount_fen=self.price_fen, cause=cause, refunded_at=at)
        return [refunded, self.updated()]

    def _close(self, cause: RefusalCause, at: datetime) -> None:
        self.closed_at = at
        self.cause = cause.model_dump(mode="json")

    def _become(self, status: OrderStatus) -> None:
        if status not in TRANSITIONS[self.status]:
            raise WrongOrderStatus(
                f"an order that is {self.status.value} cannot become {status.value}", status=self.status.value
            )
        self.status = status


def cause_against(order: Order, causes: Iterable[Cause]) -> RefusalCause | None:
    """The restriction that was already in force when the order was placed, if any: such an order does not stand."""
    effect = order.needs
    found = sorted((c for c in causes if c.blocks(effect, order.placed_at)), key=lambda c: (c.from_, c.penalty_id))
    if not found:
        return None
    return RefusalCause(
        effect=effect.value, clause=found[0].clause, decision_id=found[0].decision_id, detail=found[0].measure
    )


def technical_fee(price_fen: int, rate_basis_points: int) -> int:
    """The technical service fee of clause 5.1 in whole fen, rounded half up; frozen into the order."""
    return (price_fen * rate_basis_points + 5_000) // 10_000
