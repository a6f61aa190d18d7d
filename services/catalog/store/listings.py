"""How listings and their versions are found and locked."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, true

from services.catalog import tables
from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.listing import Listing, ListingVersion
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
