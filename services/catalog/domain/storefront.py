"""What somebody looks for on the market: words, filters and an order."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.catalog.domain.lexemes import Either, Lexeme, Matching
from shared.contracts.catalog import ListingKind


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
        return found


@dataclass(frozen=True, slots=True)
class Position:
    """After which offer the next page begins: the quality of its match, its value in the order, and its id."""

    tier: int
    key: datetime | float
    listing_id: UUID
