"""A question to a text vector: which lexemes it must hold, how PostgreSQL is asked, and how much of the market fits."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Protocol


class Shares:
    """Which share of all vectors holds a lexeme, as far as it is known; what is not known is rare."""

    def __init__(self, known: Mapping[str, float] | None = None) -> None:
        self._known = dict(known or {})

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
        return min(found, 1.0)


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


@dataclass(frozen=True, slots=True)
class Without:
    """What matches `whole` and none of `better`."""

    whole: Matching
    better: tuple[Matching, ...]

    def text(self) -> str:
        return f"({self.whole.text()}{''.join(f' & !{other.text()}' for other in self.better)})"

    def share(self, shares: Shares) -> float:
        return self.whole.share(shares)
