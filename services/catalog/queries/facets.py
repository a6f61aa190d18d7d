"""How many of the visible listings that fit lie in each category, price, rating and availability band.

Counted are the newest `MOST` that fit, so the cost does not grow with the market; the answer says whether that is all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.catalog.domain.lexemes import All, Either, Matching
from services.catalog.domain.search import wanted
from services.catalog.domain.storefront import Filters
from services.catalog.queries.finding import Asked
from services.catalog.store.word_shares import word_shares
from shared.db.transaction import Transaction

MOST = 2_000
_WALKED_FROM = 0.25
PRICE_EDGES = (1, 5_000, 10_000, 30_000, 100_000)
RATING_EDGES = (1.0, 3.0, 4.0, 4.5)
AVAILABILITY_EDGES = (0.0, 0.9, 0.95, 0.99, 0.999)
_SETS = ("category", "kind", "price", "trial", "rating", "availability")


@dataclass(slots=True)
class Facets:
    """`counts` has for each facet the number by value; a band's value says how many edges it lies above."""

    counted: int = 0
    counts: dict[str, dict[Any, int]] = field(default_factory=lambda: {name: {} for name in _SETS})

    @property
    def complete(self) -> bool:
        return self.counted < MOST


async def facets(tx: Transaction, filters: Filters) -> Facets:
    """As the search: names with one slip count when nothing else fits."""
    if not filters.words:
        return _facets(await _count(tx, filters, None))
    asked = wanted(filters.words)
    if asked is None:
        return Facets()
    found = _facets(await _count(tx, filters, Either(asked.tiers)))
    if found.counted or asked.near is None:
        return found
    return _facets(await _count(tx, filters, asked.near))


async def _count(tx: Transaction, filters: Filters, matching: Matching | None) -> Sequence[Any]:
    shares = await word_shares.now(tx)
    asked = Asked(filters, tx.now, shares)
    share = filters.guess * All((*filters.lexemes(), *([matching] if matching else ()))).share(shares)
    rare = share < _WALKED_FROM
    shown = "listing_id, first_published_at, category, kind, least_price_fen, has_trial, rating, availability"
    return await tx.driver.fetch(  # type: ignore[no-any-return]
        f"""
        SELECT category, kind, width_bucket(least_price_fen, {asked.give(list(PRICE_EDGES), "bigint[]")}) AS price,
               has_trial AS trial, width_bucket(rating, {asked.give(list(RATING_EDGES), "float8[]")}) AS rating,
               width_bucket(availability, {asked.give(list(AVAILABILITY_EDGES), "float8[]")}) AS availability,
               count(*) AS count
        FROM (SELECT * FROM (SELECT {shown} FROM offer WHERE {asked.conditions(matching, by_index=rare)}
                             {"OFFSET 0" if rare else ""}) m
              ORDER BY first_published_at DESC, listing_id DESC LIMIT {asked.give(MOST, "int")}) f
        GROUP BY 1, 2, 3, 4, 5, 6
        """,
        *asked.arguments,
    )


def _facets(rows: Sequence[Any]) -> Facets:
    found = Facets()
    for row in rows:
        found.counted += row["count"]
        for name in _SETS:
            if (value := row[name]) is not None:
                found.counts[name][value] = found.counts[name].get(value, 0) + row["count"]
    return found
