"""The page of one listing, looked up as it was made: one row by its key, together with others that are asked for."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.db.together import Together
from shared.db.transaction import Database, Transaction
from shared.errors import NotFound

_PAGES = """
SELECT listing_id, page, provider_name, rating, rating_count, badge, maintenances, $2::timestamptz AS now,
       NOT hidden @> $2 AS listed, NOT unorderable @> $2 AS orderable, NOT unrenewable @> $2 AS renewable
FROM offer WHERE listing_id = ANY ($1)
"""


async def _read(tx: Transaction, listing_ids: Sequence[UUID]) -> Mapping[UUID, Any]:
    return {row["listing_id"]: row for row in await tx.driver.fetch(_PAGES, listing_ids, tx.now)}


_pages: Together[UUID, Any] = Together(_read)


async def page(db: Database, listing_id: UUID) -> Any:
    """The row of a page: open by direct link as long as the listing can be listed or ordered."""
    row = await _pages.find(db, listing_id)
    if row is None or not (row["listed"] or row["orderable"]):
        raise NotFound("There is no such listing on the market")
    return row


def upcoming(maintenances: str, now: datetime) -> list[dict[str, str]]:
    """Of those that are kept, the ones that are not over."""
    if maintenances == "[]":
        return []
    return [each for each in json.loads(maintenances) if datetime.fromisoformat(each["ends_at"]) > now]
