"""Tells the current state of every published listing again, so that a new replica can be filled."""

from services.catalog import store
from shared.db.transaction import Transaction


async def retell_listings(tx: Transaction, after: str, limit: int) -> str:
    """Tells up to `limit` listings whose id is above `after`; returns the last one's id, "" at the end."""
    listings = await store.lock_published_after(tx, after, limit)
    for listing in listings:
        tx.emit(listing.updated(await store.version_of(tx, listing.listing_id, listing.live_number)))
    return str(listings[-1].listing_id) if len(listings) == limit else ""
