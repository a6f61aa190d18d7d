"""What providers and reviewers see of listings; never used to decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, true, tuple_

from services.catalog import store, tables
from services.catalog.domain.effective import Effective, Lifecycle, effective
from services.catalog.domain.listing import WAITING, Listing, ListingVersion
from shared.db.transaction import Transaction
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class ListingView:
    """A listing with its newest version and the live one."""

    listing: Listing
    newest: ListingVersion
    live: ListingVersion | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A version in the review queue."""

    listing: Listing
    version: ListingVersion
    provider_name: str


async def listing(tx: Transaction, listing_id: UUID, only_of: str | None) -> ListingView:
    """The listing; `only_of` is the account that may see no other one's."""
    found = await tx.session.get(Listing, listing_id)
    if found is None or (only_of is not None and found.account_id != only_of):
        raise NotFound("There is no listing with this id")
    return ListingView(found, await store.newest_version(tx, found), await store.live_version(tx, found))


async def listings(
    tx: Transaction, only_of: str | None, after: UUID | None, limit: int
) -> Sequence[tuple[Listing, ListingVersion]]:
    columns, versions = tables.listing.c, tables.listing_version.c
    rows = await tx.session.execute(
        select(Listing, ListingVersion)
        .join(ListingVersion, (versions.listing_id == columns.listing_id) & (versions.number == columns.newest_number))
        .where(
            columns.account_id == only_of if only_of is not None else true(),
            columns.listing_id > after if after is not None else true(),
        )
        .order_by(columns.listing_id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


async def waiting(tx: Transaction, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Waiting]:
    """The review queue, whoever waits longest first."""
    columns, versions = tables.listing.c, tables.listing_version.c
    position = tuple_(versions.submitted_at, versions.listing_id)
    rows = await tx.session.execute(
        select(Listing, ListingVersion)
        .join(Listing, versions.listing_id == columns.listing_id)
        .where(
            versions.state.in_(WAITING),
            columns.lifecycle != Lifecycle.RETIRED,
            position > tuple_(*after) if after is not None else true(),
        )
        .order_by(versions.submitted_at, versions.listing_id)
        .limit(limit)
    )
    found = [(row[0], row[1]) for row in rows]
    sellers = await store.sellers(tx, {listing.provider_id for listing, _ in found})
    names = {provider_id: seller.legal_name for provider_id, seller in sellers.items()}
    return [Waiting(listing, version, names.get(listing.provider_id, "")) for listing, version in found]


async def explanation(tx: Transaction, listing_id: UUID) -> tuple[Listing, Effective]:
    """Why each effect is open or blocked. A listing that never was on the market does not exist here."""
    found = await tx.session.get(Listing, listing_id)
    if found is None or not found.live_number:
        raise NotFound("There is no published listing with this id")
    return found, effective(await store.circumstances(tx, found, found.category), tx.now)
