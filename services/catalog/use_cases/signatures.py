"""Keeps what the text and the logo of a listing are recognised by."""

from services.catalog import store
from services.catalog.domain.listing import Listing
from services.catalog.domain.looks import bands_of
from services.catalog.domain.shingles import letters_of
from services.catalog.domain.similarity import SCHEME, TOO_SHORT, sign
from services.catalog.domain.version import ListingVersion
from shared.db.transaction import Transaction

BATCH = 50


async def keep_signature(tx: Transaction, listing: Listing, version: ListingVersion) -> None:
    """Of a version that was submitted or approved, so that a later copy is found.

    That of the version on the market stays beside it; that of a retired listing stays, too.
    """
    await tx.session.flush()
    await store.drop_signatures(tx, listing.listing_id, but={listing.live_number} - {version.number})
    await _sign(tx, listing, version)


async def renew_signatures(tx: Transaction) -> int:
    """Signs what was submitted before there were signatures, or when they were made in another way."""
    unsigned = await store.lock_unsigned(tx, BATCH)
    for listing_id, number in unsigned:
        await _sign(tx, await store.lock_listing(tx, listing_id), await store.version_of(tx, listing_id, number))
    if unsigned:
        tx.record("renew_signatures", "signatures", new={"scheme": SCHEME, "versions": len(unsigned)})
    return len(unsigned)


async def _sign(tx: Transaction, listing: Listing, version: ListingVersion) -> None:
    place = (listing.listing_id, version.number, listing.provider_id)
    await store.keep_text_signature(tx, *place, sign(letters_of(version.content)) or TOO_SHORT)
    looks = await store.looks_of(tx, version.content.logo) if version.content.logo else None
    if looks is not None and bands_of(looks):
        await store.keep_logo_signature(tx, *place, looks)
