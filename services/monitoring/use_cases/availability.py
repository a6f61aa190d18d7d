"""Telling how available each listing was in the last seven days, whenever what is shown of it changes."""

from datetime import datetime
from uuid import UUID

from services.monitoring import availabilities
from services.monitoring.domain.availability import WINDOW, as_share, is_news, look_again_after
from shared.contracts.monitoring import AvailabilityMeasured
from shared.db.transaction import Transaction

BATCH = 200


async def measure_availability(tx: Transaction, limit: int = BATCH) -> int:
    """Measures the next `limit` targets that are due, and tells what is shown differently now or was told a day ago."""
    measured = await availabilities.measure_due(tx, WINDOW, limit)
    if not measured:
        return 0
    again = [(item.listing_id, tx.now + look_again_after(item.found, item.followed_for)) for item in measured]
    await availabilities.schedule(tx, again)
    news = [item for item in measured if is_news(item.found, item.told, tx.now)]
    if news:
        await availabilities.keep_told(tx, news, WINDOW)
        for item in news:
            tx.emit(_fact(item.listing_id, item.provider_id, item.found.per_mille, tx.now - WINDOW, tx.now))
        tx.record("measure_availability", "availability", new={"listings": [str(item.listing_id) for item in news]})
    return len(measured)


async def tell_availability(tx: Transaction, after: str, limit: int) -> str:
    """Re-emits what was told of each listing last, for replicas that are filled anew."""
    told = await availabilities.told_after(tx, after, limit)
    for row in told:
        tx.emit(_fact(row["listing_id"], row["provider_id"], row["per_mille"], row["from_at"], row["measured_at"]))
    return str(told[-1]["listing_id"]) if len(told) == limit else ""


def _fact(
    listing_id: UUID, provider_id: UUID, per_mille: int | None, from_: datetime, at: datetime
) -> AvailabilityMeasured:
    return AvailabilityMeasured(
        listing_id=listing_id,
        provider_id=provider_id,
        from_=from_,
        until=at,
        availability=as_share(per_mille),
        measured_at=at,
    )
