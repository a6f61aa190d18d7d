"""Keeps what the storefront reads of a listing in step with what is live and with what blocks it."""

from services.catalog.domain.listing import Listing, ListingVersion
from shared.db.transaction import Transaction


async def restate_offer(tx: Transaction, listing: Listing, live: ListingVersion | None) -> None:
    """Writes the storefront's row of a listing anew from its live version; without one the row goes."""
