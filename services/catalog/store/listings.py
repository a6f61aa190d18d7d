"""How listings and their versions are found and locked."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, true

from services.catalog import tables
from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.listing import Listing
from services.catalog.domain.version import ListingVersion, VersionState
from shared.contracts.catalog import ListingKind
from shared.db.transaction import Transaction
from shared.errors import NotFound, StaleVersion


async def lock_account(tx: Transaction, account_id: str) -> None:
    """New listings of one account come one after the other, so that each one counts those before it."""
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"account:{account_id}", 0))))


async def lock_listing(
    tx: Transaction, listing_id: UUID, *, only_of: str | None = None, version: int | None = None
) -> Listing:
    """The listing, locked until the end of the transaction. Another account's does not exist for `only_of`."""
    owner = tables.listing.c.account_id == only_of if only_of is not None else true()
    found = await tx.session.scalar(
        select(Listing)
        .where(tables.listing.c.listing_id == listing_id, owner)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("There is no listing with this id")
    if version is not None and found.version != version:
        raise StaleVersion("The listing was changed since you read it", expected=version, current=found.version)
    return found


async def own_listing(tx: Transaction, listing_id: UUID, account_id: str) -> Listing:
    """Not locked, so only for what is not changed. Another account's does not exist."""
    found = await tx.session.get(Listing, listing_id)
    if found is None or found.account_id != account_id:
        raise NotFound("There is no listing with this id")
    return found


async def version_of(tx: Transaction, listing_id: UUID, number: int) -> ListingVersion:
    found = await tx.session.get(ListingVersion, (listing_id, number))
    if found is None:
        raise NotFound("There is no such version of the listing")
    return found


async def newest_version(tx: Transaction, listing: Listing) -> ListingVersion:
    return await version_of(tx, listing.listing_id, listing.newest_number)


async def live_version(tx: Transaction, listing: Listing) -> ListingVersion | None:
    """The version that is on the market, or was last."""
    return await version_of(tx, listing.listing_id, listing.live_number) if listing.live_number else None


async def publishable_versions(tx: Transaction, listing_id: UUID, since: datetime | None) -> Sequence[ListingVersion]:
    """What is approved or live, and the newest superseded version, under a freeze the newest from before it."""
    columns = tables.listing_version.c
    waiting = await tx.session.scalars(
        select(ListingVersion).where(
            columns.listing_id == listing_id, columns.state.in_([VersionState.APPROVED, VersionState.LIVE])
        )
    )
    superseded = await tx.session.scalar(
        select(ListingVersion)
        .where(
            columns.listing_id == listing_id,
            columns.state == VersionState.SUPERSEDED,
            columns.went_live_at < since if since is not None else true(),
        )
        .order_by(columns.number.desc())
        .limit(1)
    )
    return [*waiting, *([superseded] if superseded is not None else [])]


async def lock_listings(tx: Transaction, listing_ids: Collection[UUID], provider_ids: Collection[UUID]) -> None:
    """These listings and all of these providers, in one order for everybody."""
    await tx.driver.execute(
        "SELECT FROM listing WHERE listing_id = ANY ($1) OR provider_id = ANY ($2) ORDER BY listing_id FOR UPDATE",
        list(listing_ids),
        list(provider_ids),
    )


async def unsettled(
    tx: Transaction, listing_ids: Collection[UUID], provider_ids: Collection[UUID], since: datetime | None
) -> list[UUID]:
    """Those of these listings in which a version waits for its time, or went live at or after `since`."""
    rows = await tx.driver.fetch(
        """
        SELECT l.listing_id FROM listing l
        WHERE (l.listing_id = ANY ($1) OR l.provider_id = ANY ($2)) AND l.lifecycle <> 'retired' AND EXISTS (
            SELECT FROM listing_version v WHERE v.listing_id = l.listing_id AND (
                v.state = 'approved' OR v.state = 'live' AND v.number = l.live_number AND v.went_live_at >= $3))
        ORDER BY l.listing_id
        """,
        list(listing_ids),
        list(provider_ids),
        since,
    )
    return [row["listing_id"] for row in rows]


async def claim_due_listings(tx: Transaction, now: datetime, limit: int) -> Sequence[Listing]:
    """Those for which restrictions have ended by themselves."""
    due = tables.listing.c.settle_at
    found = await tx.session.scalars(
        select(Listing).where(due <= now).order_by(due).limit(limit).with_for_update(skip_locked=True)
    )
    return found.all()


async def mark_due(tx: Transaction, category: str) -> None:
    """Whatever waits in this category is looked at again, because what the category asks for has changed."""
    await tx.driver.execute(
        """
        UPDATE listing SET settle_at = $2 WHERE listing_id IN (
            SELECT l.listing_id FROM listing l
            WHERE l.category = $1 AND l.lifecycle <> 'retired' AND EXISTS (
                SELECT FROM listing_version v WHERE v.listing_id = l.listing_id AND v.state = 'approved')
            ORDER BY l.listing_id FOR UPDATE)
        """,
        category,
        tx.now,
    )


async def applications_of(tx: Transaction, account_id: str) -> int:
    columns = tables.listing.c
    counted = await tx.session.scalar(
        select(func.count()).where(
            columns.account_id == account_id,
            columns.kind == ListingKind.APPLICATION,
            columns.lifecycle != Lifecycle.RETIRED,
        )
    )
    return counted or 0


async def lock_published_after(tx: Transaction, listing_id: str, limit: int) -> Sequence[Listing]:
    """The next `limit` listings that ever went live. Locked: what is told of them cannot be overtaken by a change."""
    after = tables.listing.c.listing_id > UUID(listing_id) if listing_id else true()
    found = await tx.session.scalars(
        select(Listing)
        .where(after, tables.listing.c.live_number > 0)
        .order_by(tables.listing.c.listing_id)
        .limit(limit)
        .with_for_update()
    )
    return found.all()
