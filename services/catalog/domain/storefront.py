"""What somebody looks for on the market: words, filters and an order."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.catalog.domain.lexemes import Either, Lexeme, Matching
from shared.contracts.catalog import ListingKind

_PRICE_EDGES = (1, *(step * 10**power for power in range(2, 9) for step in (1, 2, 5)))
_GUESS = 0.3
"""Which share an unknown filter lets pass, where only the way to the answer depends on it."""


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    RATING = "rating"
    AVAILABILITY = "availability"


@dataclass(frozen=True, slots=True)
class Filters:
    """Prices are of the cheapest plan, in fen. `categories` is None for all, else every code that is meant."""

    words: str = ""
    categories: tuple[str, ...] | None = None
    kind: ListingKind | None = None
    price_min: int | None = None
    price_max: int | None = None
    trial: bool | None = None
    rating_min: float | None = None
    availability_min: float | None = None

    def lexemes(self) -> list[Matching]:
        """Those filters that the text vector knows, too."""
        found: list[Matching] = []
        if self.categories is not None:
            found.append(Either(tuple(Lexeme(f"c{code}") for code in self.categories)))
        if self.kind is not None:
            found.append(Lexeme(f"k{self.kind}"))
        if self.trial:
            found.append(Lexeme("t"))
        if self.price_min is not None or self.price_max is not None:
            last = len(_PRICE_EDGES) if self.price_max is None else _band(self.price_max)
            found.append(Either(tuple(Lexeme(f"p{band}") for band in range(_band(self.price_min or 0), last + 1))))
        return found

    @property
    def guess(self) -> float:
        """The share of the market that passes the filters that no lexeme knows."""
        return _GUESS ** sum(each is not None for each in (self.rating_min, self.availability_min))


def filter_lexemes(category: str, kind: ListingKind, has_trial: bool, least_price_fen: int | None) -> list[str]:
    """Those by which a listing is filtered. Within its band of prices the exact price decides."""
    found = [f"c{category}", f"k{kind}"] + (["t"] if has_trial else [])
    return found + ([] if least_price_fen is None else [f"p{_band(least_price_fen)}"])


def _band(price_fen: int) -> int:
    return bisect_right(_PRICE_EDGES, price_fen)


@dataclass(frozen=True, slots=True)
class Position:
    """After which offer the next page begins: the quality of its match, its value in the order, and its id."""

    tier: int
    key: datetime | float
    listing_id: UUID
