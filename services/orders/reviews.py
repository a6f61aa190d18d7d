"""How reviews are found and locked, who may write one, and how the sums of a listing are kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from services.orders import store
from services.orders.domain.review import Review, Weight
from services.orders.tables import review
from shared.contracts.catalog import ListingState
from shared.db.transaction import Transaction

_ADD = """
UPDATE rating SET stars = stars + $2, heads = heads + $3, changed_at = $4 WHERE listing_id = $1 RETURNING stars, heads
"""
# Only a first review finds no row; another first one may be written at the same time.
_BEGIN = """
INSERT INTO rating AS r (listing_id, stars, heads, changed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (listing_id) DO UPDATE
SET stars = r.stars + excluded.stars, heads = r.heads + excluded.heads, changed_at = excluded.changed_at
RETURNING stars, heads
"""


async def listing_of(tx: Transaction, listing_id: UUID) -> ListingState | None:
    state = await tx.driver.fetchval("SELECT state::text FROM listing WHERE key = $1", str(listing_id))
    return store.read_listing(state) if state else None


async def has_bought(tx: Transaction, merchant_id: str, listing_id: UUID) -> bool:
    """Whether the merchant has or had a subscription to the listing whose money did not go back.

    The provider itself is never its own buyer.
    """
    found = await tx.driver.fetchval(
        """
        SELECT EXISTS (SELECT FROM subscription s WHERE s.merchant_id = $1 AND s.listing_id = $2
                       AND s.status <> 'terminated' AND s.starts_at <= $3)
           AND NOT EXISTS (SELECT FROM listing l JOIN provider p ON p.key = l.provider_id
                           WHERE l.key = ($2::uuid)::text AND p.state ->> 'account_id' = $1)
        """,
        merchant_id, listing_id, tx.now,
    )  # fmt: skip
    return bool(found)


async def review_by(tx: Transaction, merchant_id: str, listing_id: UUID) -> UUID | None:
    found: UUID | None = await tx.driver.fetchval(
        "SELECT review_id FROM review WHERE merchant_id = $1 AND listing_id = $2", merchant_id, listing_id
    )
    return found


async def lock_review(tx: Transaction, review_id: UUID) -> Review | None:
    return await tx.session.scalar(select(Review).where(review.c.review_id == review_id).with_for_update())


async def add_weight(tx: Transaction, listing_id: UUID, weight: Weight) -> Weight:
    """Adds to the sums of a listing and returns what they come to; its row is locked, so facts keep the order."""
    row = await tx.driver.fetchrow(_ADD, listing_id, weight.stars, weight.heads, tx.now)
    if row is None:
        row = await tx.driver.fetchrow(_BEGIN, listing_id, weight.stars, weight.heads, tx.now)
    return Weight(row["stars"], row["heads"])


async def ratings_after(tx: Transaction, after: str, limit: int) -> list[tuple[UUID, Weight, datetime]]:
    """In the order of the listings' ids, locked, so that no change slips between reading a state and telling it."""
    rows = await tx.driver.fetch(
        """
        SELECT listing_id, stars, heads, changed_at FROM rating WHERE $1::uuid IS NULL OR listing_id > $1
        ORDER BY listing_id LIMIT $2 FOR UPDATE
        """,
        UUID(after) if after else None, limit,
    )  # fmt: skip
    return [(row["listing_id"], Weight(row["stars"], row["heads"]), row["changed_at"]) for row in rows]
