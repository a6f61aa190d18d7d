"""Facts that orders says: what was bought, paid, refused, who is entitled, and how buyers rate it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.event import Event


class RefusalCause(BaseModel):
    """Why an order does not stand: the blocked effect and the decision behind it, or `detail` where there is none."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    effect: str
    clause: str
    decision_id: UUID | None = None
    detail: str = ""


class OrderPlaced(Event, wire="order.placed", aggregate="order", key="order_id", public=True):
    order_id: UUID
    merchant_id: str
    listing_id: UUID
    provider_id: UUID
    plan_id: str
    price_fen: int
    placed_at: datetime


class OrderPaid(Event, wire="order.paid", aggregate="order", key="order_id", public=True):
    order_id: UUID
    payment_id: str
    amount_fen: int
    paid_at: datetime


class OrderRefused(Event, wire="order.refused", aggregate="order", key="order_id", public=True):
    """An order that was already placed and is refused afterwards, because a restriction covers its time."""

    order_id: UUID
    cause: RefusalCause
    refused_at: datetime


class OrderRefunded(Event, wire="order.refunded", aggregate="order", key="order_id", public=True):
    order_id: UUID
    amount_fen: int
    cause: RefusalCause
    refunded_at: datetime


class OrderCancelled(Event, wire="order.cancelled", aggregate="order", key="order_id", public=True):
    """An unpaid order that nobody waits for any more: the merchant let it go, or the time to pay ran out."""

    order_id: UUID
    reason: str
    cancelled_at: datetime


class BalanceChanged(Event, wire="balance.changed", aggregate="balance", key="provider_id", full_state=True):
    """What a provider and the market owe each other, in whole fen of CNY, after the last booking.

    `owed_fen` is what the provider still owes (fees of refunded orders, compensation), `due_fen` what it is still to
    be paid.
    """

    provider_id: UUID
    owed_fen: int
    due_fen: int
    changed_at: datetime


class OrderUpdated(Event, wire="order.updated", aggregate="order", key="order_id", full_state=True):
    """Whether an order is finished: whole state, said when that changes and told again for replicas.

    `is_open`: placed and not yet paid, refused, cancelled or fulfilled; `refund_pending`: money has to go back.
    """

    order_id: UUID
    merchant_id: str
    listing_id: UUID
    provider_id: UUID
    is_open: bool
    refund_pending: bool
    placed_at: datetime


class SubscriptionStatus(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    TERMINATED = "terminated"


class SubscriptionState(Event):
    """The whole state of a subscription: entitled while active and `starts_at <= now < ends_at`."""

    subscription_id: UUID
    merchant_id: str
    listing_id: UUID
    provider_id: UUID
    status: SubscriptionStatus
    starts_at: datetime
    ends_at: datetime


class SubscriptionActivated(
    SubscriptionState,
    wire="subscription.activated",
    aggregate="subscription",
    key="subscription_id",
    full_state=True,
):
    """A paid order gave access."""


class SubscriptionUpdated(
    SubscriptionState,
    wire="subscription.updated",
    aggregate="subscription",
    key="subscription_id",
    full_state=True,
):
    """The subscription was renewed, ended, or is told again for replicas."""


class RatingChanged(Event, wire="rating.changed", aggregate="rating", key="listing_id", full_state=True):
    """How buyers rate a listing: the mean of its `count` visible reviews, None while there is none."""

    listing_id: UUID
    rating: float | None = Field(ge=1, le=5)
    count: int = Field(ge=0)
    changed_at: datetime
