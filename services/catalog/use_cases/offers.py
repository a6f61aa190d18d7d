"""Keeps what the storefront reads of a listing in step with what is live and with what blocks it."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from services.catalog import store
from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.listing import Listing
from services.catalog.domain.offer import blocks, offer_of
from services.catalog.domain.version import ListingVersion
from services.catalog.store import offers
from shared.contracts.effects import Target
from shared.db.transaction import Transaction

_AT_ONCE = 50
_REMEMBERED = timedelta(days=30)


async def restate_offer(tx: Transaction, listing: Listing, live: ListingVersion | None) -> None:
    """Writes the storefront's row of a listing anew from its live version; without one the row goes."""
    if live is None or listing.lifecycle is not Lifecycle.LIVE or listing.published_at is None:
        await offers.drop_offer(tx, listing.listing_id)
        return
    published = listing.first_published_at or listing.published_at, listing.published_at
    around = await store.circumstances(tx, listing, listing.category)
    await offers.keep_offer(
        tx, offer_of(listing.listing_id, listing.provider_id, listing.kind, live.content, published, around)
    )


async def restate_blocks(tx: Transaction, targets: Collection[Target]) -> None:
    """Writes anew when the offers that these targets hit are blocked.

    Their listings are locked first, so that none goes live meanwhile with what was known before.
    """
    placed = await offers.lock_listings_of(tx, targets)
    around = await offers.circumstances_of(tx, placed)
    await offers.keep_blocks(
        tx,
        [
            (each.listing_id, found.seller.legal_name if found.seller else "", blocks(found))
            for each, found in zip(placed, around, strict=True)
        ],
    )


async def write_offers(tx: Transaction) -> int:
    """Writes the offers that are missing or of an older form; whatever stopped it, the next run goes on."""
    found = await offers.unwritten(tx, _AT_ONCE)
    for listing_id in found:
        listing = await store.lock_listing(tx, listing_id)
        await restate_offer(tx, listing, await store.live_version(tx, listing))
    return len(found)


async def restate_measured(tx: Transaction, listing_ids: Collection[UUID]) -> None:
    """Takes rating, availability and maintenances over from what others last told. What is long over is forgotten."""
    await offers.lock_listings(tx, listing_ids)
    await offers.forget_past_maintenances(tx, listing_ids, tx.now - _REMEMBERED)
    await offers.keep_measured(tx, listing_ids)
