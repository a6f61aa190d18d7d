"""How reviews and samples are found, and what a provider's past says about a new version."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from services.catalog import tables
from services.catalog.domain.review import QUEUED, Decision, Review, ReviewState
from services.catalog.domain.sample import Sample
from services.catalog.store.circumstances import restrictions
from shared.business_days import Deadlines
from shared.contracts.effects import target_key
from shared.db.transaction import Transaction
from shared.errors import NotFound, StaleVersion

_columns = tables.review.c

PROVISIONAL_REVIEWS = Deadlines("review", "review_id", "opened_at", "due_business_days", "due_at", "due_is_provisional")
"""The due dates that are computed anew when the calendar of their year is published."""


async def queued_review(tx: Transaction, listing_id: UUID) -> Review | None:
    """The one that waits. The listing's row is locked by then, or it is only read."""
    found = await tx.session.scalars(
        select(Review)
        .where(_columns.listing_id == listing_id, _columns.state.in_(QUEUED))
        .execution_options(populate_existing=True)
    )
    return found.one_or_none()


async def review(tx: Transaction, review_id: UUID) -> Review:
    found = await tx.session.get(Review, review_id)
    if found is None:
        raise NotFound("There is no review with this id")
    return found


async def lock_sample(tx: Transaction, sample_id: UUID, version: int) -> Sample:
    found = await tx.session.get(Sample, sample_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no sample with this id")
    if found.version != version:
        raise StaleVersion("The sample was changed since you read it", expected=version, current=found.version)
    return found


async def refusals_since(tx: Transaction, provider_id: UUID, since: datetime) -> int:
    counted = await tx.session.scalar(
        select(func.count()).where(
            _columns.provider_id == provider_id,
            _columns.state == ReviewState.DECIDED,
            _columns.decided_at >= since,
            _columns.decision != Decision.APPROVE,
        )
    )
    return counted or 0


async def last_approval(tx: Transaction, provider_id: UUID) -> datetime | None:
    return await tx.session.scalar(
        select(_columns.decided_at)
        .where(
            _columns.provider_id == provider_id,
            _columns.state == ReviewState.DECIDED,
            _columns.decision == Decision.APPROVE,
        )
        .order_by(_columns.decided_at.desc())
        .limit(1)
    )


async def decisions_of(tx: Transaction, reviewer: str, most: int) -> int:
    """How many a reviewer made; counts no further than `most`."""
    few = (
        select(_columns.review_id)
        .where(_columns.decided_by == reviewer, _columns.state == ReviewState.DECIDED)
        .limit(most)
        .subquery()
    )
    return await tx.session.scalar(select(func.count()).select_from(few)) or 0


async def has_published(tx: Transaction, provider_id: UUID) -> bool:
    listings = tables.listing.c
    found = await tx.session.scalar(
        select(listings.listing_id)
        .where(listings.provider_id == provider_id, listings.first_published_at.is_not(None))
        .limit(1)
    )
    return found is not None


async def penalised_at(tx: Transaction, provider_id: UUID, category: str) -> datetime | None:
    """Since when the newest penalty holds that is in force on the provider, in a category or on any of its listings."""
    listings = tables.listing.c
    rows = await tx.session.execute(
        select(listings.listing_id, listings.category).where(listings.provider_id == provider_id)
    )
    own = [(row[0], row[1]) for row in rows]
    keys = {target_key("provider", provider_id), target_key("provider_category", provider_id, category)}
    keys |= {target_key("listing", listing_id) for listing_id, _ in own}
    keys |= {target_key("provider_category", provider_id, place) for _, place in own if place}
    held = await restrictions(tx, keys)
    starts = [
        cause.from_
        for restriction in held.values()
        for cause in restriction.causes
        if cause.from_ <= tx.now and (cause.until is None or tx.now < cause.until)
    ]
    return max(starts, default=None)
