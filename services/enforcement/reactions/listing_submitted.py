"""listing.submitted → the story of each penalty that it answers tells that a correction waits for review."""

from services.enforcement.use_cases import cures
from shared.contracts.catalog import ListingSubmitted
from shared.db.transaction import Transaction


async def note_correction(tx: Transaction, submitted: ListingSubmitted) -> None:
    await cures.note_correction(tx, submitted)
