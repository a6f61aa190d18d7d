"""Reads for HTTP: what a merchant has, and what finance sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.orders import store
from services.orders.domain import permission
from services.orders.domain.errors import UnknownListing, UnknownOrder, UnknownReview
from services.orders.domain.order import Order
from services.orders.domain.payment import Payment
from services.orders.domain.permission import Block
from services.orders.domain.review import Review, ReviewStatus
from services.orders.domain.subscription import SERVED_AFTER_END, Subscription
from services.orders.tables import StoredOrder, orders, payment, subscription
from services.orders.tables import review as review_table
from shared.contracts.effects import Effect
from shared.contracts.orders import SubscriptionStatus
from shared.db.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Entitlement:
    """`until` is when the access ends that the merchant has now, whether or not using is blocked meanwhile."""

    usable: bool
    until: datetime | None
    blocks: Sequence[Block]


async def order_of(tx: Transaction, merchant_id: str, order_id: UUID) -> tuple[Order, Payment | None]:
    statement = (
        select(StoredOrder, Payment)
        .outerjoin(Payment, payment.c.order_id == orders.c.order_id)
        .where(orders.c.order_id == order_id, orders.c.merchant_id == merchant_id)
    )
    found = (await tx.session.execute(statement)).one_or_none()
    if found is None:
        raise UnknownOrder("You have no such order.")
    return found[0], found[1]


async def orders_of(
    tx: Transaction, merchant_id: str, before: UUID | None, limit: int
) -> Sequence[tuple[Order, Payment | None]]:
    """The newest first."""
    statement = (
        select(StoredOrder, Payment)
        .outerjoin(Payment, payment.c.order_id == orders.c.order_id)
        .where(orders.c.merchant_id == merchant_id)
        .order_by(orders.c.order_id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(orders.c.order_id < before)
    return [(row[0], row[1]) for row in await tx.session.execute(statement)]


async def subscriptions_of(
    tx: Transaction, merchant_id: str, before: UUID | None, limit: int
) -> Sequence[Subscription]:
    """The newest first."""
    statement = (
        select(Subscription)
        .where(subscription.c.merchant_id == merchant_id)
        .order_by(subscription.c.subscription_id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(subscription.c.subscription_id < before)
    return (await tx.session.scalars(statement)).all()


async def entitlement_of(tx: Transaction, merchant_id: str, listing_id: UUID) -> Entitlement:
    """May this merchant use this listing now? Read from the causes in force, so that lapsing needs no message."""
    offer = await store.read_offer(tx, listing_id, merchant_id)
    if offer["listing"] is None:
        raise UnknownListing(f"No listing {listing_id} is on the market.")
    causes = store.read_causes(offer["causes"]) if offer["causes"] else ()
    provider = store.read_provider(offer["provider"]) if offer["provider"] else None
    blocks = permission.blocks(Effect.USE, tx.now, store.read_listing(offer["listing"]), causes, provider)
    until = await tx.driver.fetchval(
        "SELECT ends_at FROM subscription"
        " WHERE merchant_id = $1 AND listing_id = $2 AND status = $3 AND starts_at <= $4 AND $4 < ends_at",
        merchant_id, listing_id, SubscriptionStatus.ACTIVE.value, tx.now,
    )  # fmt: skip
    if provider is not None and provider.serves_out_since is not None:
        served_until = await _served_until(tx, merchant_id, listing_id, provider.serves_out_since)
        until = served_until if served_until is not None and tx.now < served_until else until
    return Entitlement(until is not None and not blocks, until, blocks)


async def _served_until(tx: Transaction, merchant_id: str, listing_id: UUID, since: datetime) -> datetime | None:
    """A leaving provider serves everybody who was subscribed, until 30 days after the longest subscription (7.4)."""
    found: datetime | None = await tx.driver.fetchval(
        """
        SELECT max(ends_at) + $4::interval FROM subscription
        WHERE listing_id = $1 AND ends_at > $2 AND status <> 'terminated'
        HAVING bool_or(merchant_id = $3)
        """,
        listing_id, since, merchant_id, SERVED_AFTER_END,
    )  # fmt: skip
    return found


async def reviews_of(tx: Transaction, listing_id: UUID, before: UUID | None, limit: int) -> Sequence[Review]:
    """The visible ones, the newest first."""
    columns = review_table.c
    statement = select(Review).where(columns.listing_id == listing_id, columns.status == ReviewStatus.VISIBLE)
    if before is not None:
        statement = statement.where(columns.review_id < before)
    return (await tx.session.scalars(statement.order_by(columns.review_id.desc()).limit(limit))).all()


async def review(tx: Transaction, review_id: UUID, merchant_id: str | None) -> Review:
    """`merchant_id`: whose it must be; None: anybody's."""
    found = await tx.session.get(Review, review_id)
    if found is None or merchant_id not in (None, found.merchant_id):
        raise UnknownReview("There is no such review.")
    return found


async def balances(tx: Transaction, after: str, limit: int) -> list[dict[str, Any]]:
    """Each account's balance, derived from its postings; debits are positive."""
    rows = await tx.driver.fetch(
        """
        SELECT a.account, coalesce(sum(p.amount_fen), 0)::bigint AS balance_fen, count(p.*) AS postings
        FROM (SELECT account FROM account WHERE account > $1 ORDER BY account LIMIT $2) a
        LEFT JOIN posting p USING (account) GROUP BY a.account ORDER BY a.account
        """,
        after, limit,
    )  # fmt: skip
    return [dict(row) for row in rows]
