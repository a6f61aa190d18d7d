"""What providers and reviewers see of listings; never used to decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, true

from services.catalog import store, tables
from services.catalog.domain.listing import Listing
from services.catalog.domain.version import WAITING, ListingVersion
from shared.db.transaction import Transaction
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class ListingView:
    """A listing with its newest version and the live one."""

    listing: Listing
    newest: ListingVersion
    live: ListingVersion | None


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


async def callback_of_draft(tx: Transaction, listing_id: UUID, account_id: str) -> str:
    """What would be called if the newest version were submitted; nothing when it waits already."""
    newest = await store.newest_version(tx, await store.own_listing(tx, listing_id, account_id))
    return "" if newest.state in WAITING else newest.content.callback_url
