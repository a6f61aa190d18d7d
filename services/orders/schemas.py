"""The HTTP shapes of orders."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.orders.domain.order import Order, OrderKind, OrderStatus
from services.orders.domain.payment import Payment, PaymentStatus
from services.orders.domain.permission import Block
from services.orders.domain.review import HIGHEST, LOWEST, Review, ReviewStatus
from services.orders.domain.subscription import Subscription
from services.orders.queries import Entitlement
from shared.contracts.orders import SubscriptionStatus
from shared.http.fields import Reason

MOST_FEN = 100_000_000_00  # a hundred million yuan: above it a number is a mistake
PriceFen = Annotated[int, Field(strict=True, ge=0, le=MOST_FEN, description="The price that was seen, in fen of CNY.")]
PlanId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]

Stars = Annotated[int, Field(strict=True, ge=LOWEST, le=HIGHEST)]
ReviewText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=2_000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"),
]
"""Plain text, up to 2 000 characters, perhaps empty; line breaks allowed, other control characters not."""


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OrderRequest(_Request):
    listing_id: UUID
    plan_id: PlanId
    price_fen: PriceFen


class RenewalRequest(_Request):
    plan_id: PlanId
    price_fen: PriceFen


class PaymentResponse(BaseModel):
    """`payment_id` is null until the payment was begun; `pay_url` is where to go next, null when nothing is to pay."""

    payment_id: str | None
    pay_url: str | None
    status: PaymentStatus | None

    @classmethod
    def of(cls, order: Order, payment: Payment | None) -> "PaymentResponse":
        if payment is not None:
            return cls(payment_id=payment.payment_id, pay_url=payment.pay_url, status=payment.status)
        pay_url = f"/v1/orders/{order.order_id}/payment" if order.permits.paying else None
        return cls(payment_id=None, pay_url=pay_url, status=None)


class OrderResponse(BaseModel):
    order_id: UUID
    listing_id: UUID
    plan_id: str
    kind: OrderKind
    status: OrderStatus
    price_fen: int
    period_days: int
    subscription_id: UUID | None
    placed_at: datetime
    closed_at: datetime | None
    cause: dict[str, Any] | None = Field(description="Why it was refused or given back.")
    payment: PaymentResponse

    @classmethod
    def of(cls, order: Order, payment: Payment | None) -> "OrderResponse":
        return cls(
            order_id=order.order_id,
            listing_id=order.listing_id,
            plan_id=order.plan_id,
            kind=order.kind,
            status=order.status,
            price_fen=order.price_fen,
            period_days=order.period_days,
            subscription_id=order.subscription_id,
            placed_at=order.placed_at,
            closed_at=order.closed_at,
            cause=order.cause,
            payment=PaymentResponse.of(order, payment),
        )


class SubscriptionResponse(BaseModel):
    subscription_id: UUID
    listing_id: UUID
    status: SubscriptionStatus
    starts_at: datetime
    ends_at: datetime
    version: int

    @classmethod
    def of(cls, subscription: Subscription) -> "SubscriptionResponse":
        return cls(
            subscription_id=subscription.subscription_id,
            listing_id=subscription.listing_id,
            status=subscription.status,
            starts_at=subscription.starts_at,
            ends_at=subscription.ends_at,
            version=subscription.version,
        )


class CauseResponse(BaseModel):
    """Something in force that blocks the effect."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)
    effect: str
    ground: str
    clause: str
    measure_clause: str
    detail: str
    decision_id: UUID | None
    from_: datetime | None = Field(alias="from")
    until: datetime | None

    @classmethod
    def of(cls, block: Block) -> "CauseResponse":
        return cls.model_validate(block.as_facts())


class EntitlementResponse(BaseModel):
    """`until` is the end of the access that there is now, null when there is none; `causes` are what blocks using.

    The access is that of the running subscription; while the provider leaves, it lasts as clause 7.4 says.
    """

    listing_id: UUID
    usable: bool
    until: datetime | None
    causes: list[CauseResponse]

    @classmethod
    def of(cls, listing_id: UUID, entitlement: Entitlement) -> "EntitlementResponse":
        causes = [CauseResponse.of(block) for block in entitlement.blocks]
        return cls(listing_id=listing_id, usable=entitlement.usable, until=entitlement.until, causes=causes)


class BalanceResponse(BaseModel):
    """Debits are positive: what the market has; credits negative: what it owes or earned."""

    account: str
    balance_fen: int
    postings: int


class ReviewRequest(_Request):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"rating": 5, "text": "打单很快，客服也及时。"}]}
    )
    rating: Stars
    text: ReviewText = ""


class ReasonRequest(_Request):
    reason: Reason


class ReviewResponse(BaseModel):
    """A review as everybody reads it: plain text, to be shown as such."""

    review_id: UUID
    listing_id: UUID
    rating: int
    text: str
    written_at: datetime
    edited_at: datetime | None

    @classmethod
    def of(cls, review: Review) -> "ReviewResponse":
        return cls(**{name: getattr(review, name) for name in cls.model_fields})


class OwnReviewResponse(ReviewResponse):
    """A review as its author and staff read it."""

    status: ReviewStatus
    hidden_reason: str = Field(description="Why staff has hidden it; empty while it is visible.")
    version: int

    @classmethod
    def of(cls, review: Review) -> "OwnReviewResponse":
        return cls(**{name: getattr(review, name) for name in cls.model_fields})
