"""The storefront's reading side: what is visible now, decided at the time of reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from services.catalog import store
from services.catalog.domain.effective import Circumstances, Effective, Lifecycle, effective
from shared.contracts.catalog import ListingKind, Plan
from shared.contracts.effects import Effect
from shared.db.transaction import Transaction
from shared.errors import Invalid, NotFound

_BATCH = 50
_PLANS = TypeAdapter(tuple[Plan, ...])

# Only a sieve, so that pages fill quickly: whether a listing is visible is decided by `effective` alone.
_CANDIDATES = """
SELECT l.listing_id, l.provider_id, l.kind, l.category, l.lifecycle, l.version, l.first_published_at, l.published_at,
       v.name, v.summary, v.details, v.support_url, v.plans::text, c.requires_qualification
FROM listing l
JOIN listing_version v ON v.listing_id = l.listing_id AND v.number = l.live_number
JOIN category c ON c.code = l.category
"""
_SIEVE = """
WHERE l.lifecycle = 'live'
  AND ($1::timestamptz IS NULL OR (l.first_published_at, l.listing_id) < ($1, $2::uuid))
  AND ($3::text[] IS NULL OR l.category = ANY ($3))
  AND ($4::text IS NULL OR v.search @@ websearch_to_tsquery('simple', $4) OR v.name ILIKE $5 OR v.summary ILIKE $5)
  AND NOT EXISTS (
      SELECT FROM provider_standing s WHERE s.key = l.provider_id::text AND s.state->'blocked' @> '["list"]')
  AND NOT EXISTS (
      SELECT FROM restriction r, jsonb_array_elements(r.state->'causes') AS cause
      WHERE r.key IN ('listing:' || l.listing_id, 'provider:' || l.provider_id,
                      'provider_category:' || l.provider_id || ':' || l.category)
        AND cause->'effects' @> '["list"]' AND (cause->>'from')::timestamptz <= $6
        AND (cause->>'until' IS NULL OR $6 < (cause->>'until')::timestamptz))
ORDER BY l.first_published_at DESC, l.listing_id DESC
LIMIT $7
"""


@dataclass(frozen=True, slots=True)
class Offer:
    """A listing as a merchant sees it."""

    listing_id: UUID
    provider_id: UUID
    provider_name: str
    kind: ListingKind
    category: str
    name: str
    summary: str
    details: str
    support_url: str
    plans: tuple[Plan, ...]
    first_published_at: datetime
    published_at: datetime
    effects: Effective

    def permits(self, effect: Effect) -> bool:
        return not self.effects[effect]


async def search(
    tx: Transaction, words: str, category: str, after: tuple[datetime, UUID] | None, limit: int
) -> list[Offer]:
    """The newest visible offers. Reads on until `limit` are found, so that what is hidden leaves no gap."""
    within = await _below(tx, category) if category else None
    found: list[Offer] = []
    while len(found) < limit:
        rows = await tx.driver.fetch(
            _CANDIDATES + _SIEVE,
            *(after or (None, None)),
            within,
            words or None,
            f"%{_escaped(words)}%",
            tx.now,
            size := max(limit - len(found), _BATCH),
        )
        found += [offer for offer in await _offers(tx, rows) if offer.permits(Effect.LIST)]
        if len(rows) < size:
            break
        after = rows[-1]["first_published_at"], rows[-1]["listing_id"]
    return found[:limit]


async def offer(tx: Transaction, listing_id: UUID) -> Offer:
    """The page of one listing: open by direct link as long as it can be listed or ordered."""
    rows = await tx.driver.fetch(_CANDIDATES + "WHERE l.listing_id = $1", listing_id)
    for found in await _offers(tx, rows):
        if found.permits(Effect.LIST) or found.permits(Effect.ORDER):
            return found
    raise NotFound("There is no such listing on the market")


async def _offers(tx: Transaction, rows: Sequence[Any]) -> list[Offer]:
    keys = {
        row["listing_id"]: store.restriction_keys(row["listing_id"], row["provider_id"], row["category"])
        for row in rows
    }
    held = await store.restrictions(tx, (key for of_one in keys.values() for key in of_one))
    sellers = await store.sellers(tx, (row["provider_id"] for row in rows))
    found = []
    for row in rows:
        seller = sellers.get(row["provider_id"])
        around = Circumstances(
            Lifecycle(row["lifecycle"]),
            row["category"],
            row["requires_qualification"],
            seller,
            tuple(held[key] for key in keys[row["listing_id"]] if key in held),
        )
        found.append(_offer(row, seller.legal_name if seller else "", effective(around, tx.now)))
    return found


def _offer(row: Any, provider_name: str, effects: Effective) -> Offer:
    return Offer(
        row["listing_id"],
        row["provider_id"],
        provider_name,
        ListingKind(row["kind"]),
        row["category"],
        row["name"],
        row["summary"],
        row["details"],
        row["support_url"],
        _PLANS.validate_json(row["plans"]),
        row["first_published_at"],
        row["published_at"],
        effects,
    )


async def _below(tx: Transaction, code: str) -> list[str]:
    """The category and everything below it in the tree."""
    found: set[str] = set()
    for entry in await store.categories(tx):
        if entry.code == code or entry.parent in found:
            found.add(entry.code)
    if not found:
        raise Invalid(
            f"{code!r} is no category",
            errors=[{"pointer": "/category", "in": "query", "message": f"{code!r} is no category"}],
        )
    return sorted(found)


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
