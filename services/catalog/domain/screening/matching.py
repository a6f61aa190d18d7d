"""All words of all lexicons, found in one pass over a text, also where a word is spelled out with separators.

A word counts where it stands in the normalised text. Where separators (blanks, signs, emoji, combining marks) stand
between its characters, it counts by these rules:

- A gap is 1 to 3 separators; the same one over and over counts once, and so do blanks (`加----微----信`). The end of
  a sentence or of a line (`。！？；，、：`, their narrow forms, a full stop before a blank, a line break) is none: no
  word reaches over it, unless every character stands alone.
- Where the word itself has a blank, any gap will do (`pay-offline`).
- Spelled out, each character apart from the next: it counts as the word does (`加 微 信`, `加*微*信`, `最·佳`). Over
  the ends of sentences and lines (`加，微，信`, one character in each cell of a table) it only warns, and takes three
  characters. A word of two characters with nothing but blanks between them counts only if it stands alone (`微 信`),
  because in running text (`功能最 好评多`) such a blank is mostly a bound between words.
- Broken in places only: it counts if each gap shows a sign (`加微*信`), and then it only warns; a blank in
  one place is a bound between words (`添加 微信支付`).
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from services.catalog.domain.screening.finding import Severity
from services.catalog.domain.screening.joined import Joined
from services.catalog.domain.screening.lexicon import Entry, Lexicon
from services.catalog.domain.screening.text import Normalised, normalise

_WIDEST_GAP = 3
_LONGEST_GAP = 60
_ONE_SEPARATOR = re.compile(r"\s+|(.)\1*", re.DOTALL)
_SENTENCE_ENDS = re.compile(r"[。!?;,、:\n\r\u2028\u2029]|\.(?=\s)")
_GRAVEST = list(Severity)


@dataclass(frozen=True, slots=True)
class Hit:
    """A word of a lexicon at `start:end` of the normalised text. `severity` may be softer than the entry's."""

    lexicon: Lexicon
    entry: Entry
    severity: Severity
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a pattern is to one lexicon: its word, or a harmless one (`excuses`) around the entry's word."""

    order: int
    entry: Entry
    excuses: bool


class _Pattern:
    """A word as it is searched. Latin words match whole words only; Chinese has no such bounds."""

    __slots__ = ("blanks", "bound_after", "bound_before", "meanings")

    def __init__(self, word: str) -> None:
        self.meanings: list[_Meaning] = []
        self.bound_before, self.bound_after = _is_latin(word[0]), _is_latin(word[-1])
        # After how many letters the word itself has a blank.
        self.blanks = {len(word[:at].replace(" ", "")) for at, char in enumerate(word) if char == " "}

    def stands_free(self, text: str, start: int, end: int) -> bool:
        return not (
            (self.bound_before and start and _is_latin(text[start - 1]))
            or (self.bound_after and end < len(text) and _is_latin(text[end]))
        )


class Matcher:
    """Compiled from lexicons; whoever has other ones compiles another."""

    def __init__(self, lexicons: Iterable[Lexicon]) -> None:
        self.lexicons = tuple(lexicons)
        patterns: dict[str, _Pattern] = {}
        for order, lexicon in enumerate(self.lexicons):
            for entry in lexicon.entries:
                for index, word in enumerate((entry.word, *entry.unless)):
                    text = normalise(word).text
                    if text:
                        pattern = patterns.setdefault(text, _Pattern(text))
                        pattern.meanings.append(_Meaning(order, entry, excuses=index > 0))
        # One search for nearly all of them, in the text without separators; only words with signs in them need another.
        in_letters = {word: pattern for word, pattern in patterns.items() if _is_spreadable(word)}
        in_signs = {word: pattern for word, pattern in patterns.items() if word not in in_letters}
        self._in_letters, self._in_signs = list(in_letters.values()), list(in_signs.values())
        self._letters = _automaton([word.replace(" ", "") for word in in_letters])
        self._signs = _automaton(list(in_signs))

    def find(self, text: Normalised | Joined) -> tuple[Hit, ...]:
        """In reading order; of overlapping words of one lexicon the first and longest, a softened one last."""
        found = [*self._among_letters(text), *self._among_signs(text.text)]
        if not found:
            return ()
        excused = _Excused(found)
        found = [seen for seen in found if not seen.meaning.excuses and not excused(seen)]
        found.sort(key=lambda seen: (seen.is_softened, seen.start, -seen.end, seen.severity_rank))
        taken: list[list[tuple[int, int]]] = [[] for _ in self.lexicons]
        kept = [seen for seen in found if _takes(taken[seen.meaning.order], seen.start, seen.end)]
        return tuple(
            Hit(self.lexicons[s.meaning.order], s.meaning.entry, _GRAVEST[s.severity_rank], s.start, s.end)
            for s in sorted(kept, key=lambda s: (s.start, -s.end, s.meaning.order))
        )

    def _among_signs(self, text: str) -> Iterator["_Seen"]:
        for index, start, end in self._signs.find_matches_as_indexes(text, overlapping=True):
            yield from _seen(self._in_signs[index], text, start, end, 0)

    def _among_letters(self, text: Normalised | Joined) -> Iterator["_Seen"]:
        positions = text.spread.positions
        for index, since, until in self._letters.find_matches_as_indexes(text.spread.text, overlapping=True):
            pattern = self._in_letters[index]
            start, end = positions[since], positions[until - 1] + 1
            if end - start == until - since:
                softest = None if pattern.blanks else 0
            else:
                softest = _spelled(text.text, [positions[at] for at in range(since, until)], pattern.blanks)
            if softest is not None:
                yield from _seen(pattern, text.text, start, end, softest)


def _seen(pattern: _Pattern, text: str, start: int, end: int, softest: int) -> Iterator["_Seen"]:
    if pattern.stands_free(text, start, end):
        for meaning in pattern.meanings:
            rank = max(_GRAVEST.index(meaning.entry.severity), softest)
            yield _Seen(meaning, start, end, rank, softest > 0)


class _Seen(NamedTuple):
    meaning: _Meaning
    start: int
    end: int
    severity_rank: int
    is_softened: bool


class _Excused:
    """Whether a harmless word lies around a match of the entry that it excuses."""

    def __init__(self, found: Sequence[_Seen]) -> None:
        around: dict[tuple[int, str], list[tuple[int, int]]] = {}
        for seen in found:
            if seen.meaning.excuses:
                around.setdefault(_whose(seen), []).append((seen.start, seen.end))
        # For each start the furthest end of all that begin there or before.
        self._reach = {
            whose: list(accumulate(sorted(spans), lambda reach, span: (span[0], max(reach[1], span[1]))))
            for whose, spans in around.items()
        }

    def __call__(self, seen: _Seen) -> bool:
        reach = self._reach.get(_whose(seen))
        if reach is None:
            return False
        before = bisect_right(reach, seen.start, key=itemgetter(0)) - 1
        return before >= 0 and reach[before][1] >= seen.end


def _whose(seen: _Seen) -> tuple[int, str]:
    return seen.meaning.order, seen.meaning.entry.word


def _takes(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether the place was free; from now on it is taken."""
    at = bisect_left(taken, (start, start))
    if (at and taken[at - 1][1] > start) or (at < len(taken) and taken[at][0] < end):
        return False
    taken.insert(at, (start, end))
    return True


def _spelled(text: str, places: Sequence[int], blanks: set[int]) -> int | None:
    """How grave a match with gaps may be, as a place in the scale of severities; None when it is none."""
    gaps = [text[before + 1 : after] for before, after in pairwise(places)]
    if any(_is_too_wide(gap) for gap in gaps):
        return None
    if any(_SENTENCE_ENDS.search(gap) for gap in gaps):
        return _GRAVEST.index(Severity.WARNS) if all(gaps) and len(gaps) > 1 else None
    if all(gaps):
        alone = not (_letter_at(text, places[0] - 1) or _letter_at(text, places[-1] + 1))
        return 0 if len(gaps) > 1 or not gaps[0].isspace() or alone else None
    unexpected = [gap for number, gap in enumerate(gaps, 1) if gap and number not in blanks]
    if not unexpected:
        return 0 if all(gaps[number - 1] for number in blanks) else None
    return None if any(gap.isspace() for gap in unexpected) else _GRAVEST.index(Severity.WARNS)


def _is_too_wide(gap: str) -> bool:
    if len(gap) <= _WIDEST_GAP:
        return False
    return len(gap) > _LONGEST_GAP or len(_ONE_SEPARATOR.findall(gap)) > _WIDEST_GAP


def _letter_at(text: str, index: int) -> bool:
    return 0 <= index < len(text) and text[index].isalnum()


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _is_spreadable(word: str) -> bool:
    return all(char.isalnum() or char == " " for char in word) and len(word.replace(" ", "")) > 1


def _automaton(words: Iterable[str]) -> AhoCorasick:
    return AhoCorasick(words, MatchKind.Standard, store_patterns=False, implementation=Implementation.ContiguousNFA)
