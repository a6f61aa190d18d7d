"""What reviewers see of the queue; never used to decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from services.catalog import store, tables
from services.catalog.domain.listing import Listing
from services.catalog.domain.review import QUEUED, Review, ReviewState
from services.catalog.domain.risk import Lane
from services.catalog.domain.version import ListingVersion
from shared.db.transaction import Transaction

_columns = tables.review.c


@dataclass(frozen=True, slots=True)
class Queued:
    """A review that waits, with what it is about."""

    review: Review
    listing: Listing
    version: ListingVersion
    provider_name: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the queue is asked for; None and False ask for everything. `by` is who asks."""

    by: str
    lane: Lane | None = None
    category: str = ""
    mine: bool = False
    unclaimed: bool = False
    overdue: bool = False
    awaiting_second: bool = False


Position = tuple[datetime, int, UUID]


async def queue(tx: Transaction, wanted: Wanted, after: Position | None, limit: int) -> Sequence[Queued]:
    """What is due first comes first, of that the riskiest."""
    versions = tables.listing_version.c
    rows = await tx.session.execute(
        select(Review, Listing, ListingVersion)
        .join(Listing, tables.listing.c.listing_id == _columns.listing_id)
        .join(ListingVersion, (versions.listing_id == _columns.listing_id) & (versions.number == _columns.number))
        .where(_columns.state.in_(QUEUED), *_asked(wanted, tx.now), *_after(after))
        .order_by(_columns.due_at, _columns.risk.desc(), _columns.review_id)
        .limit(limit)
    )
    found = [(row[0], row[1], row[2]) for row in rows]
    sellers = await store.sellers(tx, {listing.provider_id for _, listing, _ in found})
    names = {provider_id: seller.legal_name for provider_id, seller in sellers.items()}
    return [Queued(review, listing, version, names.get(listing.provider_id, "")) for review, listing, version in found]


async def newest_review(tx: Transaction, listing_id: UUID, number: int) -> Review | None:
    """Of this version; one that was submitted has it."""
    found = await tx.session.scalars(
        select(Review)
        .where(_columns.listing_id == listing_id, _columns.number == number)
        .order_by(_columns.opened_at.desc())
        .limit(1)
    )
    return found.one_or_none()


def _asked(wanted: Wanted, now: datetime) -> list[ColumnElement[Any]]:
    claimed = _columns.claimed_until > now
    conditions: list[tuple[object, ColumnElement[Any]]] = [
        (wanted.lane, _columns.lane == wanted.lane),
        (wanted.category, _columns.category == wanted.category),
        (wanted.mine, claimed & (_columns.claimed_by == wanted.by)),
        (wanted.unclaimed, or_(_columns.claimed_until.is_(None), _columns.claimed_until <= now)),
        (wanted.overdue, _columns.due_at <= now),
        (wanted.awaiting_second, _columns.state == ReviewState.AWAITING_SECOND),
    ]
    return [condition for is_asked, condition in conditions if is_asked]


def _after(after: Position | None) -> list[ColumnElement[Any]]:
    if after is None:
        return []
    due_at, risk, review_id = after
    same_risk = (_columns.risk == risk) & (_columns.review_id > review_id)
    return [
        _columns.due_at >= due_at,
        (_columns.due_at > due_at) | (_columns.risk < risk) | same_risk,
    ]
