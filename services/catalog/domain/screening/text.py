"""Text as a detector compares it, and the way back to the text as it is kept."""

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from re import Match, Pattern
from typing import NamedTuple

from services.catalog.domain.screening.folding import fold, foldable, is_invisible, uneven

__all__ = ["Normalised", "Spread", "is_invisible", "normalise", "normalise_html", "spread_of"]

# A quoted value ends before the next "<", so that no text makes the search go over it again and again.
_TOKEN = re.compile(
    r"<(?P<tag>/?[A-Za-z][A-Za-z0-9]{0,15}|!--)(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+>"
    r"|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "img",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(_BLOCKS)})\b", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W_]+")
_SEPARATORS = "。,、 \n:;.!?()/-"


class _Piece(NamedTuple):
    """A part of the visible text from `at` on. A run came character by character, else all of it from `start:end`."""

    at: int
    start: int
    end: int
    is_run: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """The letters and digits of a text without what separates them; `positions` are theirs in the normalised text."""

    text: str
    positions: "_Positions"


@dataclass(frozen=True)
class Normalised:
    """`text` is what detectors look at, `original` the text as it is kept, `visible` what people read of it."""

    original: str
    text: str
    visible: str
    pieces: tuple[_Piece, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the original that the non-empty part `start:end` of the text came from."""
        first, last = (start, end - 1) if self._folds is None else (self._folds[start], self._folds[end - 1])
        return self._place(first)[0], self._place(last)[1]

    def find(self, pattern: Pattern[str]) -> Iterator[tuple[str, int, int]]:
        """Every match, as (matched original text, start, end) in the original."""
        for match in pattern.finditer(self.text):
            if match.end() > match.start():
                start, end = self.span(match.start(), match.end())
                yield self.original[start:end], start, end

    @property
    def origins(self) -> tuple[int, ...]:
        """For each character of the text, where in the original the one begins that it came from."""
        return tuple(self.span(index, index + 1)[0] for index in range(len(self.text)))

    @cached_property
    def spread(self) -> Spread:
        return spread_of(self.text)

    @cached_property
    def _folds(self) -> list[int] | None:
        """For each character of the text, its place in the visible text; None when both run side by side."""
        if len(self.text) == len(self.visible) and uneven().search(self.visible) is None:
            return None
        return [index for index, char in enumerate(self.visible) for _ in fold(char)]

    def _place(self, index: int) -> tuple[int, int]:
        """Where in the original the character of the visible text with this index begins and ends."""
        if not self.pieces:
            return index, index + 1
        piece = self.pieces[bisect_right(self.pieces, index, key=lambda piece: piece.at) - 1]
        if not piece.is_run:
            return piece.start, piece.end
        return piece.start + index - piece.at, piece.start + index - piece.at + 1


class _Positions:
    """Computed when somebody asks: most texts hold no spread word."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __getitem__(self, index: int) -> int:
        return self._all[index]

    @cached_property
    def _all(self) -> list[int]:
        return list(compress(range(len(self._text)), map(str.isalnum, self._text)))


def spread_of(text: str) -> Spread:
    """Most separators are among a few, and to remove those is faster than to look at each character."""
    letters = text
    for separator in _SEPARATORS:
        letters = letters.replace(separator, "")
    return Spread(letters if letters.isalnum() else "".join(_LETTERS.findall(letters)), _Positions(text))


def normalise(original: str) -> Normalised:
    """Of a plain text."""
    return Normalised(original, _folded(original), original)


def normalise_html(original: str) -> Normalised:
    """Of the text that a page shows: tags vanish, block tags end a line, entities are what they stand for.

    Where block tags end the lines, a line break between them is a blank, as a page shows it.
    """
    if "<" not in original and "&" not in original:
        return normalise(original)
    is_laid_out = "\n" in original and _BLOCK_TAG.search(original) is not None
    laid_out = original.replace("\n", " ") if is_laid_out else original
    shown: list[str] = []
    pieces: list[_Piece] = []
    at = since = 0
    for token in _TOKEN.finditer(original):
        start, end = token.span()
        run = laid_out[since:start]
        if run:
            pieces.append(_Piece(at, since, start, is_run=True))
            shown.append(run)
            at += len(run)
        said = _said(token)
        if said:
            pieces.append(_Piece(at, start, end, is_run=False))
            shown.append(said)
            at += len(said)
        since = end
    if since < len(original):
        pieces.append(_Piece(at, since, len(original), is_run=True))
        shown.append(laid_out[since:])
    visible = "".join(shown)
    return Normalised(original, _folded(visible), visible, tuple(pieces))


def _said(token: Match[str]) -> str:
    tag = token["tag"]
    if tag is None:
        return html.unescape(token[0])
    return "\n" if tag.removeprefix("/").lower() in _BLOCKS else ""


def _folded(visible: str) -> str:
    """A pattern passes over what stays as it is, which is most, faster than any table of characters would."""
    return foldable().sub(_fold, visible)


def _fold(found: Match[str]) -> str:
    return fold(found[0])
