"""The storefront's search: what fits and is visible now, by whichever way through the offers is the shorter one.

Every answer is exact. A relevant listing stands by the kind of its match (the whole name, in the name, in summary or
functions, in any text) and then by age, so a page is a piece of an order that exists, and no score has to be worked
out for all that matches. What is common is found by walking through the order until the page is full; what is rare by
the inverted index, and then sorted. A walk that does not fill the page within its window gives way to the index.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.catalog.domain.lexemes import All, Either, Matching, Shares
from services.catalog.domain.search import wanted
from services.catalog.domain.storefront import Filters, Position, Sort
from services.catalog.store.word_shares import word_shares
from shared.db.transaction import Transaction
from shared.errors import Invalid

COMMON = 0.04
"""From this share of the market on, a walk finds a page sooner than the index."""
_WINDOW = 5_000
_NEAR, _PLAIN = -1, 0
_KEYS = {
    Sort.RELEVANCE: ("first_published_at", "timestamptz"),
    Sort.NEWEST: ("first_published_at", "timestamptz"),
    Sort.RATING: ("rating", "float8"),
    Sort.AVAILABILITY: ("availability", "float8"),
}
_SHOWN = "listing_id, name, item, provider_name, rating, rating_count, availability"
_TREE = "SELECT code, parent FROM category ORDER BY position"
Tier = tuple[int, Matching | None]


class Asked:
    """The conditions of one question, with their arguments."""

    def __init__(self, filters: Filters, now: datetime) -> None:
        self.arguments: list[Any] = []
        self._filters = filters
        self._now = now

    def give(self, value: Any, kind: str) -> str:
        self.arguments.append(value)
        return f"${len(self.arguments)}::{kind}"

    def visible(self) -> str:
        return f"NOT hidden @> {self.give(self._now, 'timestamptz')}"

    def conditions(self, matching: Matching | None, *, by_index: bool) -> str:
        """`by_index`: the text vector answers for its filters, and no index of a single filter is to be preferred."""
        filters = self._filters
        asked = [matching] if matching else []
        asked += filters.lexemes() if by_index else []
        found = [f"words @@ {self.give(All(tuple(asked)).text(), 'text')}::tsquery"] if asked else []
        found.append(self.visible())
        if filters.categories is not None:
            found.append(f"category = ANY ({self.give(list(filters.categories), 'text[]')})")
        if filters.kind is not None:
            found.append(f"kind = {self.give(filters.kind.value, 'text')}")
        if filters.trial is not None:
            found.append(f"has_trial = {self.give(filters.trial, 'bool')}")
        aside = " + 0" if asked else ""
        for column, comparison, value, kind in (
            ("least_price_fen", ">=", filters.price_min, "bigint"),
            ("least_price_fen", "<=", filters.price_max, "bigint"),
            ("rating", ">=", filters.rating_min, "float8"),
            ("availability", ">=", filters.availability_min, "float8"),
        ):
            if value is not None:
                found.append(f"{column}{aside} {comparison} {self.give(value, kind)}")
        return " AND ".join(found)


async def search(tx: Transaction, filters: Filters, sort: Sort, after: Position | None, limit: int) -> Sequence[Any]:
    """Rows with `tier`, `key` and what an item shows. Names with one slip count when nothing else fits."""
    tiers, near = _tiers(filters, sort)
    shares = await word_shares.now(tx)
    if after is not None and after.tier == _NEAR:
        return await _fill(tx, filters, sort, near, after, limit, shares)
    found = await _fill(tx, filters, sort, tiers, after, limit, shares)
    if found or after is not None or not near:
        return found
    return await _fill(tx, filters, sort, near, None, limit, shares)


async def suggest(tx: Transaction, typed: str, limit: int) -> list[Any]:
    """Visible listings whose names go on as what was typed."""
    asked = wanted(typed)
    if asked is None:
        return []
    filters, sort, shares = Filters(words=typed), Sort.RELEVANCE, await word_shares.now(tx)
    tiers, near = _tiers(filters, sort)
    return await _fill(tx, filters, sort, tiers[:2], None, limit, shares) or await _fill(
        tx, filters, sort, near, None, limit, shares
    )


async def categories_below(tx: Transaction, code: str) -> tuple[str, ...]:
    """The category and everything below it in the tree."""
    found: dict[str, None] = {}
    for row in await tx.driver.fetch(_TREE):
        if row["code"] == code or row["parent"] in found:
            found[row["code"]] = None
    if not found:
        raise Invalid(
            f"{code!r} is no category",
            errors=[{"pointer": "/category", "in": "query", "message": f"{code!r} is no category"}],
        )
    return tuple(found)


def _tiers(filters: Filters, sort: Sort) -> tuple[list[Tier], list[Tier]]:
    """The kinds of matches from the best on, and the one that counts when none of them is there."""
    if not filters.words:
        return [(_PLAIN, None)], []
    asked = wanted(filters.words)
    if asked is None:
        return [], []
    near: list[Tier] = [(_NEAR, asked.near)] if asked.near else []
    if sort is not Sort.RELEVANCE:
        return [(_PLAIN, Either(asked.tiers))], near
    return [(len(asked.tiers) - at, matching) for at, matching in enumerate(asked.tiers)], near


async def _fill(
    tx: Transaction,
    filters: Filters,
    sort: Sort,
    tiers: Sequence[Tier],
    after: Position | None,
    limit: int,
    shares: Shares,
) -> list[Any]:
    """Goes from the best kind of match to the weakest until `limit` are found."""
    found: list[Any] = []
    rare: list[Tier] = []
    within = All(tuple(filters.lexemes())).share(shares)
    for tier in [tier for tier in tiers if after is None or tier[0] <= after.tier]:
        share = within * (tier[1].share(shares) if tier[1] else 1.0)
        if share < COMMON:
            rare.append(tier)
            continue
        if rare:
            found += await gather(tx, filters, sort, rare, after, limit)
            rare = []
        if len(found) < limit:
            wanting = limit - len(found)
            walked = await walk(tx, filters, sort, tier, after, wanting, min(_WINDOW, int(3 * wanting / share)))
            found += walked if len(walked) == wanting else await gather(tx, filters, sort, [tier], after, wanting)
        if len(found) >= limit:
            return found
    if rare:
        found += await gather(tx, filters, sort, rare, after, limit - len(found))
    return found[:limit]


async def walk(
    tx: Transaction, filters: Filters, sort: Sort, tier: Tier, after: Position | None, limit: int, window: int
) -> list[Any]:
    """Looks at the next `window` offers in their order and stops at the page's end."""
    asked, (key, kind) = Asked(filters, tx.now), _KEYS[sort]
    begin = f"WHERE {_later(asked, key, kind, after)}" if after is not None and after.tier == tier[0] else ""
    conditions = asked.conditions(tier[1], by_index=False)
    return await tx.driver.fetch(  # type: ignore[no-any-return]
        f"SELECT {tier[0]} AS tier, {key} AS key, {_SHOWN} FROM"
        f" (SELECT * FROM offer {begin} ORDER BY {key} DESC, listing_id DESC LIMIT {asked.give(window, 'int')}) o"
        f" WHERE {conditions} ORDER BY {key} DESC, listing_id DESC LIMIT {asked.give(limit, 'int')}",
        *asked.arguments,
    )


async def gather(
    tx: Transaction, filters: Filters, sort: Sort, tiers: Sequence[Tier], after: Position | None, limit: int
) -> list[Any]:
    """All that fits by the indexes, and of that the first ones."""
    asked, (key, kind) = Asked(filters, tx.now), _KEYS[sort]
    parts = []
    for number, matching in tiers:
        conditions = asked.conditions(matching, by_index=True)
        if after is not None and after.tier == number:
            conditions += f" AND {_later(asked, key, kind, after)}"
        parts.append(f"SELECT {number} AS tier, listing_id, {key} AS key FROM offer WHERE {conditions}")
    # OFFSET 0 keeps the planner from walking through the order after all.
    return await tx.driver.fetch(  # type: ignore[no-any-return]
        f"SELECT tier, key, {_SHOWN} FROM (SELECT * FROM ({' UNION ALL '.join(parts)} OFFSET 0) m"
        f" ORDER BY tier DESC, key DESC, listing_id DESC LIMIT {asked.give(limit, 'int')}) f"
        " JOIN offer USING (listing_id) ORDER BY tier DESC, key DESC, listing_id DESC",
        *asked.arguments,
    )


def _later(asked: Asked, key: str, kind: str, after: Position) -> str:
    return f"({key}, listing_id) < ({asked.give(after.key, kind)}, {asked.give(after.listing_id, 'uuid')})"
