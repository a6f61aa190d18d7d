"""Keeps what the text and the logo of a listing are recognised by."""

from services.catalog.domain.listing import Listing, ListingVersion
from shared.db.transaction import Transaction


async def keep_signature(tx: Transaction, listing: Listing, version: ListingVersion) -> None:
    """Of the newest version that was submitted, so that a later copy is found."""
