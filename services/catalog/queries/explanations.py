"""Why a listing is as it is, and when the clock alone will change that."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.catalog import store
from services.catalog.domain.effective import Effective, Span, effective, spans
from services.catalog.domain.listing import Listing
from shared.contracts.effects import Effect
from shared.db.transaction import Transaction
from shared.errors import NotFound

_APPROVED = """
SELECT number FROM listing_version WHERE listing_id = $1 AND state = 'approved' ORDER BY number DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Explanation:
    """`next_changes` says for each effect when it is free again, or when it is blocked next."""

    listing: Listing
    at: datetime
    effects: Effective
    next_changes: dict[Effect, datetime | None]
    waiting_version: int | None


async def explanation(tx: Transaction, listing_id: UUID) -> Explanation:
    """A listing that never was on the market does not exist here."""
    found = await tx.session.get(Listing, listing_id)
    if found is None or not found.live_number:
        raise NotFound("There is no published listing with this id")
    around = await store.circumstances(tx, found, found.category)
    changes = {effect: _next(spans(around, effect), tx.now) for effect in Effect}
    waiting = await tx.driver.fetchval(_APPROVED, listing_id)
    return Explanation(found, tx.now, effective(around, tx.now), changes, waiting)


def _next(blocked: tuple[Span, ...], at: datetime) -> datetime | None:
    """The next instant after `at` at which a span begins or ends."""
    return min((bound for span in blocked for bound in span if bound is not None and bound > at), default=None)
