"""Words of a lexicon, found in normalised text in one pass."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import Normalised, normalise


@dataclass(frozen=True, slots=True)
class Entry:
    """`unless` are harmless words that contain this one: a match inside of them does not count."""

    word: str
    severity: Severity
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lexicon:
    """A versioned list of words that one clause forbids."""

    code: str
    version: str
    clause: str
    why: Said
    advice: Said
    entries: tuple[Entry, ...]

    @cached_property
    def _by_word(self) -> Mapping[str, Entry]:
        return {normalise(entry.word).text: entry for entry in self.entries}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Harmless words come first, so that they use up the text that they explain; longer words win."""
        harmless = {normalise(word).text for entry in self.entries for word in entry.unless} - set(self._by_word)
        parts = sorted(harmless, key=len, reverse=True) + sorted(self._by_word, key=len, reverse=True)
        return re.compile("|".join(_bounded(part) for part in parts) or r"(?!)")

    def find(self, field: str, text: Normalised) -> Iterator[Finding]:
        for match in self._pattern.finditer(text.text):
            entry = self._by_word.get(match[0])
            if entry is not None:
                start, end = text.span(match.start(), match.end())
                yield Finding(
                    self.code,
                    self.clause,
                    entry.severity,
                    field,
                    start,
                    end,
                    text.original[start:end],
                    self.why,
                    self.advice,
                )


def find(subject: Subject, lexicons: Iterable[Lexicon]) -> Iterator[Finding]:
    for field, text in subject.texts.items():
        for lexicon in lexicons:
            yield from lexicon.find(field, text)


def _bounded(word: str) -> str:
    """A word in Latin letters matches whole words only; Chinese has no such bounds."""
    before = r"(?<![a-z0-9])" if re.match(r"[a-z0-9]", word) else ""
    after = r"(?![a-z0-9])" if re.search(r"[a-z0-9]$", word) else ""
    return f"{before}{re.escape(word)}{after}"
