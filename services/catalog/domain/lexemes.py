"""A question to a text vector: which lexemes it must hold, how PostgreSQL is asked, and how much of the market fits."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Protocol

_SHORT, _SHORT_SHARE = 3, 0.05


class Shares:
    """Which share of `total` vectors holds a lexeme, as far as it is known; what is not known is rare."""

    def __init__(self, known: Mapping[str, float] | None = None, total: int = 0) -> None:
        self._known = dict(known or {})
        self.total = total

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._known)

    def of(self, lexeme: str, *, begins: bool = False) -> float:
        if not begins:
            return self._known.get(lexeme, 0.0)
        found = 0.0
        for at in range(bisect_left(self._sorted, lexeme), len(self._sorted)):
            if not self._sorted[at].startswith(lexeme):
                break
            found += self._known[self._sorted[at]]
        # Many rare ones may begin so, too, and none of them is known.
        return min(found, 1.0) if len(lexeme) > _SHORT else max(_SHORT_SHARE, min(found, 1.0))


class Matching(Protocol):
    def text(self) -> str:
        """As `tsquery` reads it."""

    def share(self, shares: Shares) -> float:
        """Of all vectors, about how many match; words are taken to stand together no more often than by chance."""


@dataclass(frozen=True, slots=True)
class Lexeme:
    """`begins`: any lexeme that begins so."""

    lexeme: str
    begins: bool = False

    def text(self) -> str:
        quoted = self.lexeme.replace("\\", "\\\\").replace("'", "''")
        return f"'{quoted}'{':*' if self.begins else ''}"

    def share(self, shares: Shares) -> float:
        return shares.of(self.lexeme, begins=self.begins)


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Matching, ...]

    def text(self) -> str:
        return f"({' & '.join(part.text() for part in self.parts)})"

    def share(self, shares: Shares) -> float:
        return prod(part.share(shares) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Matching, ...]

    def text(self) -> str:
        return f"({' | '.join(part.text() for part in self.parts)})"

    def share(self, shares: Shares) -> float:
        return min(1.0, sum(part.share(shares) for part in self.parts))


def looked_up(matching: Matching, shares: Shares, common: float) -> tuple[Matching, tuple[Matching, ...]]:
    """What an inverted index is asked, and what is cheaper to look for in the rows that it finds.

    A common beginning is the union of many long lists, which would be made whole before the rare rest is looked at.
    """
    if not isinstance(matching, All):
        return matching, ()
    slow = tuple(part for part in matching.parts if isinstance(part, Lexeme) and part.begins)
    slow = tuple(part for part in slow if part.share(shares) >= common)
    rest = All(tuple(part for part in matching.parts if part not in slow))
    return (rest, slow) if slow and rest.parts and rest.share(shares) < common else (matching, ())
