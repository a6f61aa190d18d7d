"""Everything that a reviewer reads about one version: what changed, what came before, and how like cases went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from services.catalog import store, tables
from services.catalog.domain.category import Category
from services.catalog.domain.diff import Difference, differences
from services.catalog.domain.listing import Listing
from services.catalog.domain.review import Decision, Review
from services.catalog.domain.version import ListingVersion
from shared.contracts.effects import Cause, target_key
from shared.db.transaction import Transaction
from shared.errors import NotFound

HISTORY_MOST = 50
_LIKE_MOST = 5
# Looks at so many of the newest decisions in the category, however many there were before.
_LIKE = """
WITH candidate AS (
    (SELECT review_id FROM review
     WHERE category = $1 AND state = 'decided' AND listing_id <> $2 ORDER BY decided_at DESC LIMIT 500)
    UNION
    (SELECT review_id FROM review WHERE listing_id = ANY ($3) AND state = 'decided' ORDER BY number DESC LIMIT 50)
)
SELECT r.review_id, r.listing_id, r.number, r.decision, r.reason, r.clauses, r.decided_at, v.name, shared.marks,
       r.listing_id = ANY ($3) AS is_similar
FROM candidate JOIN review r USING (review_id)
JOIN listing_version v ON v.listing_id = r.listing_id AND v.number = r.number
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(m ORDER BY m), '{}') AS marks
    FROM (SELECT unnest(r.marks) UNION SELECT 'clause:' || unnest(r.clauses)) AS own (m) WHERE m = ANY ($4)
) AS shared
WHERE r.listing_id = ANY ($3) OR cardinality(shared.marks) > 0
ORDER BY is_similar DESC, cardinality(shared.marks) DESC, r.decided_at DESC, r.review_id
LIMIT $5
"""


@dataclass(frozen=True, slots=True)
class LikeDecision:
    """An earlier decision about something like it: by `marks` that both have, or because the texts are similar."""

    review_id: UUID
    listing_id: UUID
    number: int
    name: str
    decision: Decision
    reason: str
    clauses: tuple[str, ...]
    decided_at: datetime
    marks: tuple[str, ...]
    is_similar: bool


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """`base` is what the version is compared with: the last approved one before it, else the last decided one.

    `penalties` are in force on the listing; those among the version's `answers` it wants to put right.
    """

    review: Review
    listing: Listing
    version: ListingVersion
    provider_name: str
    base: ListingVersion | None
    differences: Sequence[Difference]
    category: Category | None
    penalties: Sequence[Cause]
    history: Sequence[Review]
    like: Sequence[LikeDecision]


async def review_page(tx: Transaction, review_id: UUID) -> ReviewPage:
    review = await store.review(tx, review_id)
    listing = await tx.session.get(Listing, review.listing_id)
    if listing is None:
        raise NotFound("There is no listing of this review")
    version = await store.version_of(tx, review.listing_id, review.number)
    history = await _history(tx, review)
    base = await _base(tx, review, history)
    seller = (await store.sellers(tx, [review.provider_id])).get(review.provider_id)
    key = target_key("listing", review.listing_id)
    held = (await store.restrictions(tx, [key])).get(key)
    return ReviewPage(
        review,
        listing,
        version,
        seller.legal_name if seller else "",
        base,
        differences(base.content, version.content) if base is not None else (),
        await store.category(tx, review.category),
        tuple(c for c in held.causes if c.from_ <= tx.now and (c.until is None or tx.now < c.until)) if held else (),
        history,
        await _like(tx, review, version),
    )


async def _history(tx: Transaction, review: Review) -> Sequence[Review]:
    """The reviews of earlier versions, the newest first."""
    columns = tables.review.c
    found = await tx.session.scalars(
        select(Review)
        .where(columns.listing_id == review.listing_id, columns.number < review.number)
        .order_by(columns.number.desc())
        .limit(HISTORY_MOST)
    )
    return found.all()


async def _base(tx: Transaction, review: Review, history: Sequence[Review]) -> ListingVersion | None:
    decided = [earlier for earlier in history if earlier.decision is not None]
    approved = [earlier for earlier in decided if earlier.decision is Decision.APPROVE]
    chosen = (approved or decided)[:1]
    return await store.version_of(tx, review.listing_id, chosen[0].number) if chosen else None


async def _like(tx: Transaction, review: Review, version: ListingVersion) -> Sequence[LikeDecision]:
    similar = {related.listing_id for finding in version.findings for related in finding.related}
    if not similar and not review.marks:
        return ()
    rows = await tx.driver.fetch(
        _LIKE, review.category, review.listing_id, sorted(similar), list(review.marks), _LIKE_MOST
    )
    return [
        LikeDecision(
            row["review_id"],
            row["listing_id"],
            row["number"],
            row["name"],
            Decision(row["decision"]),
            row["reason"],
            tuple(row["clauses"]),
            row["decided_at"],
            tuple(row["marks"]),
            row["is_similar"],
        )
        for row in rows
    ]
