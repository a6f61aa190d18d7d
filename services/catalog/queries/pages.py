"""The page of one listing, looked up as it was made: one row by its key."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.db.transaction import Transaction
from shared.errors import NotFound

_PAGE = """
SELECT page, provider_name, rating, rating_count, badge, maintenances, NOT hidden @> $2::timestamptz AS listed,
       NOT unorderable @> $2 AS orderable, NOT unrenewable @> $2 AS renewable
FROM offer WHERE listing_id = $1
"""


async def page(tx: Transaction, listing_id: UUID) -> Any:
    """The row of a page: open by direct link as long as the listing can be listed or ordered."""
    row = await tx.driver.fetchrow(_PAGE, listing_id, tx.now)
    if row is None or not (row["listed"] or row["orderable"]):
        raise NotFound("There is no such listing on the market")
    return row


def upcoming(maintenances: str, now: datetime) -> list[dict[str, str]]:
    """Of those that are kept, the ones that are not over."""
    if maintenances == "[]":
        return []
    return [each for each in json.loads(maintenances) if datetime.fromisoformat(each["ends_at"]) > now]
