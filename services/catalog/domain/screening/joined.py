"""All texts of a listing as one, so that whoever looks for something in each of them looks once."""

from bisect import bisect_right
from collections.abc import Mapping
from functools import cached_property

from services.catalog.domain.screening.hints import seen_in
from services.catalog.domain.screening.text import Normalised, Spread, spread_of

# The end of a sentence and of a line: no phrase and no word reaches over it.
_BARRIER = "。\n"


class Joined:
    """`text` is what detectors look at; a place in it is a place in one of the texts."""

    def __init__(self, texts: Mapping[str, Normalised]) -> None:
        self.text = _BARRIER.join([text.text for text in texts.values()])
        self._texts = tuple(texts.items())
        self._starts: list[int] = []
        at = 0
        for text in texts.values():
            self._starts.append(at)
            at += len(text.text) + len(_BARRIER)

    @cached_property
    def hints(self) -> frozenset[str]:
        """All that are watched and stand in it."""
        return seen_in(self.text)

    @cached_property
    def spread(self) -> Spread:
        return spread_of(self.text)

    def place(self, start: int, end: int) -> tuple[str, Normalised, int, int] | None:
        """The field, its text and the place in that; None for what is not within one text."""
        index = bisect_right(self._starts, start) - 1
        field, text = self._texts[index]
        since, until = start - self._starts[index], end - self._starts[index]
        return (field, text, since, until) if since < until <= len(text.text) else None

    def written(self, start: int, end: int) -> str:
        """How it is written in the text as it is kept."""
        place = self.place(start, end)
        if place is None:
            return ""
        _, text, since, until = place
        return text.original[slice(*text.span(since, until))]
