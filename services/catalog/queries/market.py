"""The storefront's search: what fits and is visible now, by whichever way through the offers is the shorter one.

Every answer is exact. A relevant listing stands by the kind of its match (the whole name, in the name, in summary or
functions, in any text) and then by age, so a page is a piece of an order that exists, and no score has to be worked
out for all that matches. What is common is found by walking through the order until the page is full; what is rare by
the inverted index, and then sorted. A walk that does not fill the page within its window gives way to the index.
"""

from collections.abc import Sequence
from typing import Any

from services.catalog.domain.lexemes import All, Either, Matching
from services.catalog.domain.search import wanted
from services.catalog.domain.storefront import Filters, Position, Sort
from services.catalog.queries.finding import COMMON, Finder, Tier
from services.catalog.store.word_shares import word_shares
from shared.db.transaction import Transaction
from shared.errors import Invalid

_WINDOW = 5_000
_NEAR, _PLAIN = -1, 0
_TREE = "SELECT code, parent FROM category ORDER BY position"


async def search(tx: Transaction, filters: Filters, sort: Sort, after: Position | None, limit: int) -> Sequence[Any]:
    """Rows with `tier`, `key` and what an item shows. Names with one slip count when nothing else fits."""
    tiers, near = _tiers(filters, sort)
    finder = Finder(tx, filters, sort, await word_shares.now(tx))
    if after is not None and after.tier == _NEAR:
        return await _fill(finder, near, after, limit)
    found = await _fill(finder, tiers, after, limit)
    return found if found or after is not None else await _fill(finder, near, None, limit)


async def suggest(tx: Transaction, typed: str, limit: int) -> list[Any]:
    """Visible listings whose names go on as what was typed."""
    filters = Filters(words=typed)
    tiers, near = _tiers(filters, Sort.RELEVANCE) if typed else ([], [])
    finder = Finder(tx, filters, Sort.RELEVANCE, await word_shares.now(tx))
    return await _fill(finder, tiers[:2], None, limit) or await _fill(finder, near, None, limit)


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


async def _fill(finder: Finder, tiers: Sequence[Tier], after: Position | None, limit: int) -> list[Any]:
    """Goes from the best kind of match to the weakest until `limit` are found."""
    found: list[Any] = []
    rare: list[Tier] = []
    better: list[Matching] = []
    expected = 0.0
    shares, within = finder.shares, All(tuple(finder.filters.lexemes())).share(finder.shares)
    for tier in tiers:
        share = within * (tier[1].share(shares) if tier[1] else 1.0)
        if share >= COMMON or expected > 2 * limit:
            found += await finder.gather(rare, better, after, limit - len(found))
            better += [matching for _, matching in rare if matching]
            rare, expected = [], 0.0
        if len(found) >= limit:
            return found
        if share < COMMON:
            rare.append(tier)
            expected += share * shares.total
            continue
        if after is None or tier[0] <= after.tier:
            wanting = limit - len(found)
            window = min(_WINDOW, int(3 * wanting / share / finder.filters.guess))
            walked = await finder.walk(tier, better, after, wanting, window)
            filled = len(walked) == wanting
            found += walked if filled else await finder.gather([tier], better, after, wanting)
        better += [tier[1]] if tier[1] else []
    return found + await finder.gather(rare, better, after, limit - len(found))
