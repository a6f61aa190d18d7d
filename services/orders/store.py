"""How the aggregates and replicas of orders are loaded, locked and written."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select

from services.orders.domain.ledger import Entry
from services.orders.domain.order import Order, OrderKind, OrderStatus
from services.orders.domain.payment import Payment, Refund, RefundStatus
from services.orders.domain.subscription import Subscription
from services.orders.tables import StoredOrder, orders, payment, refund, subscription
from shared.contracts.catalog import ListingState
from shared.contracts.effects import Cause, Target
from shared.contracts.enforcement import RestrictionChanged
from shared.contracts.orders import SubscriptionStatus
from shared.contracts.registry import ProviderStandingChanged
from shared.db.transaction import Transaction
from shared.ids import new_id

_CAUSES = TypeAdapter(tuple[Cause, ...])


# The same few states are read for order after order; they are frozen, so a parsed one can be shared.
@lru_cache(maxsize=2048)
def read_listing(state: str) -> ListingState:
    return ListingState.model_validate_json(state)


@lru_cache(maxsize=2048)
def read_provider(state: str) -> ProviderStandingChanged:
    return ProviderStandingChanged.model_validate_json(state)


@lru_cache(maxsize=2048)
def read_causes(states: str) -> tuple[Cause, ...]:
    return _CAUSES.validate_json(states)


async def lock_order(tx: Transaction, order_id: UUID) -> Order | None:
    statement = select(StoredOrder).where(orders.c.order_id == order_id).with_for_update()
    return (await tx.session.scalars(statement, execution_options={"populate_existing": True})).one_or_none()


async def lock_renewals(tx: Transaction, merchant_id: str, subscription_id: UUID) -> Sequence[Order]:
    """The paid renewals of a subscription."""
    statement = (
        select(StoredOrder)
        .where(orders.c.merchant_id == merchant_id, orders.c.subscription_id == subscription_id)
        .where(orders.c.kind == OrderKind.RENEWAL, orders.c.status == OrderStatus.PAID)
        .order_by(orders.c.order_id)
        .with_for_update()
    )
    return (await tx.session.scalars(statement)).all()


async def lock_subscription(tx: Transaction, subscription_id: UUID) -> Subscription | None:
    statement = select(Subscription).where(subscription.c.subscription_id == subscription_id).with_for_update()
    return (await tx.session.scalars(statement)).one_or_none()


async def lock_access(tx: Transaction, merchant_id: str, listing_id: UUID) -> Subscription | None:
    """The merchant's active subscription to the listing. Nobody else gives or takes this access until the commit."""
    await tx.driver.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"access:{merchant_id}:{listing_id}"
    )
    statement = (
        select(Subscription)
        .where(subscription.c.merchant_id == merchant_id, subscription.c.listing_id == listing_id)
        .where(subscription.c.status == SubscriptionStatus.ACTIVE)
        .with_for_update()
    )
    return (await tx.session.scalars(statement)).one_or_none()


async def payment_of(tx: Transaction, order_id: UUID) -> Payment | None:
    return (await tx.session.scalars(select(Payment).where(payment.c.order_id == order_id))).one_or_none()


async def lock_refund(tx: Transaction, refund_id: UUID) -> Refund | None:
    statement = select(Refund).where(refund.c.refund_id == refund_id).with_for_update()
    return (await tx.session.scalars(statement)).one_or_none()


async def claim_refunds(tx: Transaction, until: datetime, limit: int) -> Sequence[Refund]:
    """Takes due refunds for one attempt; whoever dies with them loses them again at `until`."""
    statement = (
        select(Refund)
        .where(refund.c.status == RefundStatus.DUE, refund.c.due_at <= tx.now)
        .order_by(refund.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = (await tx.session.scalars(statement)).all()
    for one in claimed:
        one.due_at, one.attempts = until, one.attempts + 1
    return claimed


async def claim_silent_payments(tx: Transaction, limit: int) -> Sequence[Payment]:
    """Payments whose webhook is late."""
    statement = (
        select(Payment)
        .where(payment.c.query_at <= tx.now)
        .order_by(payment.c.query_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await tx.session.scalars(statement)).all()


async def orders_under(tx: Transaction, target: Target, since: datetime) -> Sequence[Order]:
    """The orders of a restriction's target that were placed since its start and may still be reconsidered, locked."""
    rows = await tx.driver.fetch(
        """
        SELECT o.order_id FROM orders o
        WHERE o.listing_id = ANY (SELECT l.key::uuid FROM listing l WHERE l.targets @> ARRAY[$1]
                                  AND (l.key = $2 OR l.provider_id = $2))
          AND o.placed_at >= $3 AND o.status IN ('placed', 'paid')
        ORDER BY o.order_id
        """,
        target.key, str(target.id), since,
    )  # fmt: skip
    statement = (
        select(StoredOrder)
        .where(orders.c.order_id.in_([row["order_id"] for row in rows]))
        .where(orders.c.status.in_([OrderStatus.PLACED, OrderStatus.PAID]))
        .order_by(orders.c.order_id)
        .with_for_update()
    )
    return (await tx.session.scalars(statement)).all()


async def causes_on(tx: Transaction, listing_id: UUID) -> tuple[Cause, ...]:
    """Every cause kept on the listing, its provider, or its provider in its category."""
    states = await tx.driver.fetchval(
        """
        SELECT jsonb_agg(c)::text FROM listing l
        JOIN restriction r ON r.key = ANY (l.targets), jsonb_array_elements(r.state -> 'causes') c
        WHERE l.key = $1
        """,
        str(listing_id),
    )
    return read_causes(states) if states else ()


async def post(tx: Transaction, order_id: UUID, entries: Iterable[Entry]) -> None:
    """Writes ledger entries; the database checks at the commit that each sums to zero."""
    for entry in entries:
        await tx.driver.execute(
            """
            WITH named AS (
                INSERT INTO account (account) SELECT DISTINCT unnest($6::text[]) ORDER BY 1 ON CONFLICT DO NOTHING
            ), written AS (
                INSERT INTO ledger_entry (entry_id, template, reference, order_id, at) VALUES ($1, $2, $3, $4, $5)
            ), changed AS (
                INSERT INTO balance_change (entry_id, provider_id, amount_fen)
                SELECT $1, split_part(account, ':', 2)::uuid, sum(amount_fen)
                FROM unnest($6::text[], $7::bigint[]) AS p(account, amount_fen)
                WHERE account LIKE 'provider:%' GROUP BY account
            )
            INSERT INTO posting (entry_id, account, amount_fen)
            SELECT $1, account, amount_fen FROM unnest($6::text[], $7::bigint[]) AS p(account, amount_fen)
            """,
            new_id(), entry.template.value, entry.reference, order_id, tx.now,
            [posting.account for posting in entry.postings],
            [posting.amount_fen for posting in entry.postings],
        )  # fmt: skip


# What placing an order needs to see, as one row; `$4` listing, `$5` merchant, `$6` now. The numbers leave room for the
# kept answer of an Idempotency-Key, which is read in the same round trip.
OFFER = """
    SELECT l.state::text AS listing, p.state::text AS provider,
           (SELECT jsonb_agg(c)::text FROM restriction r, jsonb_array_elements(r.state -> 'causes') AS c
            WHERE r.key = ANY (l.targets)) AS causes,
           EXISTS (SELECT FROM subscription s WHERE s.merchant_id = $5 AND s.listing_id = $4::uuid
                   AND s.status = 'active' AND s.ends_at > $6) AS subscribed
    FROM (VALUES (1)) AS here
    LEFT JOIN listing l ON l.key = ($4::uuid)::text
    LEFT JOIN provider p ON p.key = l.provider_id"""
_OFFER_ALONE = OFFER.replace("$4", "$1").replace("$5", "$2").replace("$6", "$3")

_PLACE = """
    INSERT INTO orders (order_id, merchant_id, listing_id, provider_id, plan_id, period_days, price_fen, fee_fen, kind,
                        subscription_id, status, placed_at, version)
    VALUES (%s::uuid, %s::text, %s::uuid, %s::uuid, %s::text, %s::int, %s::bigint, %s::bigint, %s::text,
            %s::uuid, %s::text, %s::timestamptz, %s::bigint)"""


async def read_offer(tx: Transaction, listing_id: UUID, merchant_id: str) -> Mapping[str, Any]:
    row: Mapping[str, Any] = await tx.driver.fetchrow(_OFFER_ALONE, listing_id, merchant_id, tx.now)
    return row


def add_order(tx: Transaction, order: Order) -> None:
    """Rides in the statement that ends the transaction, instead of a round trip of its own."""
    tx.finish_with(
        "placed", _PLACE,
        order.order_id, order.merchant_id, order.listing_id, order.provider_id, order.plan_id, order.period_days,
        order.price_fen, order.fee_fen, order.kind.value, order.subscription_id, order.status.value, order.placed_at,
        order.version,
    )  # fmt: skip


async def claim_unpaid_orders(tx: Transaction, placed_before: datetime, limit: int) -> Sequence[Order]:
    statement = (
        select(StoredOrder)
        .where(orders.c.status == OrderStatus.PLACED, orders.c.placed_at < placed_before)
        .order_by(orders.c.placed_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await tx.session.scalars(statement)).all()


async def claim_ended_subscriptions(tx: Transaction, limit: int) -> list[Subscription]:
    """Ends what has run out, in one statement, and tells what it was."""
    rows = await tx.driver.fetch(
        """
        UPDATE subscription SET status = 'expired', version = version + 1
        WHERE subscription_id = ANY (ARRAY(
            SELECT subscription_id FROM subscription WHERE status = 'active' AND ends_at <= $1
            ORDER BY ends_at LIMIT $2 FOR UPDATE SKIP LOCKED))
        RETURNING subscription_id, merchant_id, listing_id, provider_id, starts_at, ends_at
        """,
        tx.now, limit,
    )  # fmt: skip
    return [Subscription(**row, status=SubscriptionStatus.EXPIRED) for row in rows]


async def subscriptions_after(tx: Transaction, after: str, limit: int) -> Sequence[Subscription]:
    """In the order of their ids, locked, so that no change slips between reading a state and telling it."""
    statement = select(Subscription).order_by(subscription.c.subscription_id).limit(limit).with_for_update()
    if after:
        statement = statement.where(subscription.c.subscription_id > UUID(after))
    return (await tx.session.scalars(statement)).all()


async def restrictions(tx: Transaction, keys: Sequence[str]) -> list[RestrictionChanged]:
    rows = await tx.driver.fetch("SELECT state::text FROM restriction WHERE key = ANY ($1::text[]) ORDER BY key", keys)
    return [RestrictionChanged.model_validate_json(row["state"]) for row in rows]


async def add_second_looks(tx: Transaction, target_key: str, due: Sequence[datetime]) -> None:
    await tx.driver.execute(
        "INSERT INTO second_look (target_key, due_at) SELECT $1, unnest($2::timestamptz[]) ON CONFLICT DO NOTHING",
        target_key, due,
    )  # fmt: skip


async def claim_second_looks(tx: Transaction, limit: int) -> list[str]:
    rows = await tx.driver.fetch(
        """
        DELETE FROM second_look WHERE (target_key, due_at) IN (
            SELECT target_key, due_at FROM second_look WHERE due_at <= $1
            ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
        RETURNING target_key
        """,
        tx.now, limit,
    )  # fmt: skip
    return sorted({row["target_key"] for row in rows})


async def orders_after(tx: Transaction, after: str, limit: int) -> list[tuple[Order, bool]]:
    """In the order of their ids, locked, each with whether money still has to go back."""
    statement = select(StoredOrder).order_by(orders.c.order_id).limit(limit).with_for_update()
    if after:
        statement = statement.where(orders.c.order_id > UUID(after))
    found = (await tx.session.scalars(statement)).all()
    due = await tx.session.scalars(
        select(refund.c.order_id).where(
            refund.c.order_id.in_([order.order_id for order in found]), refund.c.status == RefundStatus.DUE
        )
    )
    pending = set(due.all())
    return [(order, order.order_id in pending) for order in found]
