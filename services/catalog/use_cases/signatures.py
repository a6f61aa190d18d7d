"""Keeps what the text and the logo of a listing are recognised by."""

from services.catalog import store
from services.catalog.domain.listing import Listing
from services.catalog.domain.looks import bands_of
from services.catalog.domain.shingles import letters_of
from services.catalog.domain.similarity import sign
from services.catalog.domain.version import ListingVersion
from shared.db.transaction import Transaction


async def keep_signature(tx: Transaction, listing: Listing, version: ListingVersion) -> None:
    """Of a version that was submitted or approved, so that a later copy is found.

    That of the version on the market stays beside it; that of a retired listing stays, too.
    """
    await tx.session.flush()
    place = (listing.listing_id, version.number, listing.provider_id)
    await store.drop_signatures(tx, listing.listing_id, but={listing.live_number} - {version.number})
    if (signature := sign(letters_of(version.content))) is not None:
        await store.keep_text_signature(tx, *place, signature)
    looks = await store.looks_of(tx, version.content.logo) if version.content.logo else None
    if looks is not None and bands_of(looks):
        await store.keep_logo_signature(tx, *place, looks)
