"""Two ways to what fits among the offers, which find the same: through their order, and by the indexes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.catalog.domain.lexemes import All, Either, Matching, Shares, looked_up
from services.catalog.domain.storefront import Filters, Position, Sort
from shared.db.transaction import Transaction

COMMON = 0.03
"""From this share of the market on, a walk finds a page sooner than the index."""
_KEYS = {
    Sort.RELEVANCE: ("first_published_at", "timestamptz"),
    Sort.NEWEST: ("first_published_at", "timestamptz"),
    Sort.RATING: ("rating", "float8"),
    Sort.AVAILABILITY: ("availability", "float8"),
}
_USUAL = 0.5
"""A filter that so much of the market passes is only looked at in the rows."""
_SHOWN = "listing_id, name, item, provider_name, rating, rating_count, availability"
Tier = tuple[int, Matching | None]


class Asked:
    """The conditions of one question, with their arguments."""

    def __init__(self, filters: Filters, now: datetime, shares: Shares) -> None:
        self.arguments: list[Any] = []
        self._filters = filters
        self._now = now
        self._shares = shares

    def give(self, value: Any, kind: str) -> str:
        self.arguments.append(value)
        return f"${len(self.arguments)}::{kind}"

    def visible(self) -> str:
        return f"NOT hidden @> {self.give(self._now, 'timestamptz')}"

    def conditions(self, matching: Matching | None, better: Sequence[Matching] = (), *, by_index: bool) -> str:
        """`better` is what must not fit, looked up in each row: an inverted index is slow at what is not there.

        `by_index`: the text vector answers for its filters, and no index of a single filter is to be preferred.
        """
        filters = self._filters
        asked: list[Matching] = [matching] if matching else []
        aside: tuple[Matching, ...] = ()
        if by_index and matching:
            asked[0], aside = looked_up(matching, self._shares, COMMON)
        asked += [each for each in filters.lexemes() if each.share(self._shares) < _USUAL] if by_index else []
        found = [f"words @@ {self.give(All(tuple(asked)).text(), 'text')}::tsquery"] if asked else []
        found.append(self.visible())
        # Said twice the other way round, so that no index is asked for it.
        found += [f"NOT words @@ ('!' || {self.give(part.text(), 'text')})::tsquery" for part in aside]
        if better:
            found.append(f"NOT words @@ {self.give(Either(tuple(better)).text(), 'text')}::tsquery")
        if filters.categories is not None:
            found.append(f"category = ANY ({self.give(list(filters.categories), 'text[]')})")
        if filters.kind is not None:
            found.append(f"kind = {self.give(filters.kind.value, 'text')}")
        if filters.trial is not None:
            found.append(f"has_trial = {self.give(filters.trial, 'bool')}")
        # The index may have more of a common word than a filter lets pass, so there the database weighs the two.
        is_rare = by_index and asked and All(tuple(asked)).share(self._shares) < COMMON
        unindexed = " + 0" if is_rare else ""
        for column, comparison, value, kind in (
            ("least_price_fen", ">=", filters.price_min, "bigint"),
            ("least_price_fen", "<=", filters.price_max, "bigint"),
            ("rating", ">=", filters.rating_min, "float8"),
            ("availability", ">=", filters.availability_min, "float8"),
        ):
            if value is not None:
                found.append(f"{column}{unindexed} {comparison} {self.give(value, kind)}")
        return " AND ".join(found)


class Finder:
    """Finds offers for one question. `better` are kinds of matches that were found before and do not count again."""

    def __init__(self, tx: Transaction, filters: Filters, sort: Sort, shares: Shares) -> None:
        self.filters = filters
        self.shares = shares
        self._tx = tx
        self._key, self._type = _KEYS[sort]

    async def walk(
        self, tier: Tier, better: Sequence[Matching], after: Position | None, limit: int, window: int
    ) -> list[Any]:
        """Looks at the next `window` offers in their order and stops at the page's end."""
        asked, key = self._asked(), self._key
        begin = f"WHERE {self._later(asked, key, after)}" if after is not None and after.tier == tier[0] else ""
        conditions = asked.conditions(tier[1], better, by_index=False)
        return await self._tx.driver.fetch(  # type: ignore[no-any-return]
            f"SELECT {tier[0]} AS tier, {key} AS key, {_SHOWN} FROM"
            f" (SELECT * FROM offer {begin} ORDER BY {key} DESC, listing_id DESC LIMIT {asked.give(window, 'int')}) o"
            f" WHERE {conditions} ORDER BY {key} DESC, listing_id DESC LIMIT {asked.give(limit, 'int')}",
            *asked.arguments,
        )

    async def gather(
        self, tiers: Sequence[Tier], better: Sequence[Matching], after: Position | None, limit: int
    ) -> list[Any]:
        """All that fits by the indexes, each by its best kind of match, and of that the first ones."""
        if not tiers or limit < 1 or (after is not None and tiers[-1][0] > after.tier):
            return []
        asked = self._asked()
        parts = [
            f"SELECT {number} AS tier, listing_id, {self._key} AS key FROM offer"
            f" WHERE {asked.conditions(matching, better, by_index=True)}"
            for number, matching in tiers
        ]
        begin = ""
        if after is not None:
            tier = asked.give(after.tier, "int")
            begin = f"HAVING max(tier) < {tier} OR max(tier) = {tier} AND {self._later(asked, 'key', after)}"
        # The grouping also keeps the planner from walking through the order after all.
        return await self._tx.driver.fetch(  # type: ignore[no-any-return]
            f"SELECT tier, key, {_SHOWN} FROM (SELECT max(tier) AS tier, key, listing_id"
            f" FROM ({' UNION ALL '.join(parts)}) m GROUP BY key, listing_id {begin}"
            f" ORDER BY tier DESC, key DESC, listing_id DESC LIMIT {asked.give(limit, 'int')}) f"
            " JOIN offer USING (listing_id) ORDER BY tier DESC, key DESC, listing_id DESC",
            *asked.arguments,
        )

    def _asked(self) -> Asked:
        return Asked(self.filters, self._tx.now, self.shares)

    def _later(self, asked: Asked, key: str, after: Position) -> str:
        return f"({key}, listing_id) < ({asked.give(after.key, self._type)}, {asked.give(after.listing_id, 'uuid')})"
