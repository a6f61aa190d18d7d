"""Text as a detector compares it: one width, one case, nothing invisible, and the way back to the original."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from re import Pattern

_FILLERS = frozenset("\u034f\u115f\u1160\u3164\u2800")


@dataclass(frozen=True, slots=True)
class Normalised:
    """`origins[i]` is the index in `original` of the character that `text[i]` came from."""

    original: str
    text: str
    origins: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the original that the non-empty part `start:end` of the text came from."""
        return self.origins[start], self.origins[end - 1] + 1

    def find(self, pattern: Pattern[str]) -> Iterator[tuple[str, int, int]]:
        """Every match, as (matched original text, start, end) in the original."""
        for match in pattern.finditer(self.text):
            if match.end() > match.start():
                start, end = self.span(match.start(), match.end())
                yield self.original[start:end], start, end


def is_invisible(char: str) -> bool:
    return unicodedata.category(char) == "Cf" or char in _FILLERS or "\ufe00" <= char <= "\ufe0f"


@lru_cache(maxsize=16_384)
def _fold(char: str) -> str:
    return "" if is_invisible(char) else unicodedata.normalize("NFKC", char).casefold()


def normalise(original: str) -> Normalised:
    folded = [_fold(char) for char in original]
    origins = tuple(index for index, part in enumerate(folded) for _ in part)
    return Normalised(original, "".join(folded), origins)
