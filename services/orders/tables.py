"""The tables of orders, and the imperative mapping of its domain classes onto them."""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Enum,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import registry

from services.orders.domain.order import Order, OrderKind, OrderStatus
from services.orders.domain.payment import Payment, PaymentStatus, Refund, RefundStatus
from services.orders.domain.review import Review, ReviewStatus
from services.orders.domain.subscription import Subscription
from shared.contracts.orders import SubscriptionStatus
from shared.db.engine import new_metadata
from shared.db.replicas import replica_table
from shared.db.tables import INSTANT, add_plumbing

metadata = new_metadata()
add_plumbing(metadata)


def _word(of: type[StrEnum]) -> Enum:
    return Enum(of, native_enum=False, length=16, values_callable=lambda words: [word.value for word in words])


# `targets` are the keys of every restriction that can hit the listing, so that one index lookup finds them all.
TARGETS = """ARRAY['listing:'::text || key, 'provider:'::text || (state ->> 'provider_id'::text),
    ((('provider_category:'::text || (state ->> 'provider_id'::text)) || ':'::text) || (state ->> 'category'::text))]"""

listing = replica_table(
    "listing",
    metadata,
    Column("provider_id", Text, Computed("(state ->> 'provider_id'::text)", persisted=True)),
    Column("category", Text, Computed("(state ->> 'category'::text)", persisted=True)),
    Column("targets", ARRAY(Text), Computed(TARGETS, persisted=True)),
    Index("ix_listing_provider_id", "provider_id", "category"),
)
provider = replica_table("provider", metadata)
restriction = replica_table("restriction", metadata)

orders = Table(
    "orders",
    metadata,
    Column("order_id", Uuid, primary_key=True),
    Column("merchant_id", Text, nullable=False),
    Column("listing_id", Uuid, nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("plan_id", Text, nullable=False),
    Column("period_days", Integer, nullable=False),
    Column("price_fen", BigInteger, nullable=False),
    Column("fee_fen", BigInteger, nullable=False),
    Column("kind", _word(OrderKind), nullable=False),
    Column("subscription_id", Uuid),
    Column("status", _word(OrderStatus), nullable=False),
    Column("placed_at", INSTANT, nullable=False),
    Column("closed_at", INSTANT),
    Column("cause", JSONB(none_as_null=True)),
    Column("version", BigInteger, nullable=False),
    CheckConstraint("price_fen >= 0 AND fee_fen >= 0 AND fee_fen <= price_fen", name="amounts"),
    Index("ix_orders_merchant_id", "merchant_id", "order_id"),
    Index("ix_orders_listing_id", "listing_id", "placed_at"),
    Index("ix_orders_unpaid", "placed_at", postgresql_where=text("status = 'placed'")),
)

subscription = Table(
    "subscription",
    metadata,
    Column("subscription_id", Uuid, primary_key=True),
    Column("merchant_id", Text, nullable=False),
    Column("listing_id", Uuid, nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("status", _word(SubscriptionStatus), nullable=False),
    Column("starts_at", INSTANT, nullable=False),
    Column("ends_at", INSTANT, nullable=False),
    Column("version", BigInteger, nullable=False),
    CheckConstraint("starts_at <= ends_at", name="period"),
    Index(
        "uq_subscription_running", "merchant_id", "listing_id", unique=True, postgresql_where=text("status = 'active'")
    ),
    Index("ix_subscription_merchant_id", "merchant_id", "subscription_id"),
    Index("ix_subscription_ending", "ends_at", postgresql_where=text("status = 'active'")),
    Index("ix_subscription_listing_id", "listing_id", "ends_at"),
)

payment = Table(
    "payment",
    metadata,
    Column("payment_id", Text, primary_key=True),
    Column("order_id", Uuid, ForeignKey("orders.order_id"), nullable=False, unique=True),
    Column("amount_fen", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("pay_url", Text, nullable=False),
    Column("status", _word(PaymentStatus), nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("query_at", INSTANT),
    Column("queries", Integer, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Index("ix_payment_query_at", "query_at", postgresql_where=text("query_at IS NOT NULL")),
)

refund = Table(
    "refund",
    metadata,
    Column("refund_id", Uuid, primary_key=True),
    Column("order_id", Uuid, ForeignKey("orders.order_id"), nullable=False, unique=True),
    Column("payment_id", Text, ForeignKey("payment.payment_id"), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("status", _word(RefundStatus), nullable=False),
    Column("due_at", INSTANT, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("done_at", INSTANT),
    Column("correlation_id", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    CheckConstraint("amount_fen > 0", name="amount"),
    Index("ix_refund_due_at", "due_at", postgresql_where=text("status = 'due'")),
)

# When a restriction's target is looked at again, for orders that were being written while it arrived.
second_look = Table(
    "second_look",
    metadata,
    Column("target_key", Text, primary_key=True),
    Column("due_at", INSTANT, primary_key=True),
    Index("ix_second_look_due_at", "due_at"),
)

account = Table("account", metadata, Column("account", Text, primary_key=True))
entry = Table(
    "ledger_entry",
    metadata,
    Column("entry_id", Uuid, primary_key=True),
    Column("template", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("order_id", Uuid, nullable=False, index=True),
    Column("at", INSTANT, nullable=False),
    UniqueConstraint("template", "reference", name="uq_ledger_entry_template"),
)
posting = Table(
    "posting",
    metadata,
    Column("posting_id", BigInteger, Identity(always=True), primary_key=True),
    Column("entry_id", Uuid, ForeignKey("ledger_entry.entry_id"), nullable=False, index=True),
    Column("account", Text, ForeignKey("account.account"), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    CheckConstraint("amount_fen <> 0", name="amount"),
    Index("ix_posting_account", "account"),
)
# What was posted to a provider's account and is not yet in its balance. Bookings only add rows here, so that those of
# one provider do not wait for each other; a job sums them up and says the balance.
balance_change = Table(
    "balance_change",
    metadata,
    Column("entry_id", Uuid, primary_key=True),
    Column("provider_id", Uuid, primary_key=True),
    Column("amount_fen", BigInteger, nullable=False),
)
balance = Table(
    "balance",
    metadata,
    Column("provider_id", Uuid, primary_key=True),
    Column("amount_fen", BigInteger, nullable=False),
    Column("changed_at", INSTANT, nullable=False),
)


review = Table(
    "review",
    metadata,
    Column("review_id", Uuid, primary_key=True),
    Column("listing_id", Uuid, nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("merchant_id", Text, nullable=False),
    Column("rating", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("written_at", INSTANT, nullable=False),
    Column("edited_at", INSTANT),
    Column("status", _word(ReviewStatus), nullable=False),
    Column("hidden_reason", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    UniqueConstraint("merchant_id", "listing_id"),
    CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    Index("ix_review_visible", "listing_id", "review_id", postgresql_where=text("status = 'visible'")),
)
# What the visible reviews of a listing come to, so that no reading of all of them is ever needed.
rating = Table(
    "rating",
    metadata,
    Column("listing_id", Uuid, primary_key=True),
    Column("stars", BigInteger, nullable=False),
    Column("heads", Integer, nullable=False),
    Column("changed_at", INSTANT, nullable=False),
    CheckConstraint("stars BETWEEN heads AND 5 * heads", name="sums"),
)


class StoredOrder(Order):
    """An order as a session loads and watches it; a new one is a plain `Order`, which costs a hot path less."""


def _map() -> None:
    mapper = registry(metadata=metadata)

    def onto(kind: type[Any], table: Table) -> None:
        versioned = {"version_id_col": table.c.version} if "version" in table.c else {}
        mapper.map_imperatively(kind, table, **versioned)

    onto(StoredOrder, orders)
    onto(Subscription, subscription)
    onto(Payment, payment)
    onto(Refund, refund)
    onto(Review, review)


_map()
