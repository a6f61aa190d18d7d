"""Keywords heaped up to be found by (6.1.3(4)). Words that a text about its subject repeats are no heap."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from operator import eq, sub
from typing import TYPE_CHECKING

import rjieba

from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.hints import watched
from services.catalog.domain.screening.subject import Subject

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

DETECTOR = "keyword-stuffing"
CLAUSE = "6.1.3(4)"

NAME_REPEATS = 3
NAME_PARTS = 5
ONCE_MORE = 4
"""So many letters of a short text must have been there before: two letters, two more times."""
DENSE_TIMES = 6
DENSE_SHARE = 0.3
LIST_PARTS = 6
LIST_SHARE = 0.6
LIST_SHARED = 4
LIST_DISTINCT = 0.7
_SIGNS = r"\s,、/|;。!?:\u00b7•+()\[\]【】"
_PART = re.compile(rf"[^{_SIGNS}]+")
_SEPARATORS = " ,、/|;:+\u00b7•"
_BETWEEN = re.compile(rf"[{_SIGNS}]+")
_LISTS = frozenset(" \t\u3000,、/|:\u00b7•+")
_LABELS = watched(("关键词", "关键字", "搜索词", "热搜词", "标签", "keyword", "tag"))
_RUNS = {period: re.compile(b"\x01{%d,}" % (2 * period)) for period in (1, 2, 3)}
_LABELLED = re.compile(
    r"(?:关键[词字]|搜索词|热搜词|标签|(?<![a-z])(?:keywords?|tags?))\s{0,2}:\s{0,2}(?:[^\s,、/|;。]{1,12}[\s,、/"
    r"|;]{1,2}){3,60}"
)
_WHY = Said("重复堆砌关键词。", "Keywords are heaped up.")
_ADVICE = Said("用通顺的句子描述，删除重复的关键词。", "Describe it in sentences, and remove the repetition.")


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    is_labelled = not _LABELS.isdisjoint(subject.joined.hints)
    for field, text in subject.texts.items():
        # One heap may be seen in several ways; the widest view of it says the most.
        for start, end in _widest(list(_heaps(field, text.text, is_labelled=is_labelled))):
            since, until = text.span(start, end)
            yield Finding(
                DETECTOR, CLAUSE, Severity.WARNS, field, since, until, text.original[since:until], _WHY, _ADVICE
            )


def _heaps(field: str, text: str, *, is_labelled: bool) -> Iterator[tuple[int, int]]:
    is_short = field not in ("summary", "details")
    if is_short and len(text) - len(set(text)) < ONCE_MORE and not _has_parts(text):
        return
    words = words_of(text)
    places = _places(text) if is_short else _close(_places(text))
    runs = [*_in_a_row(words, places), *(_repeated(places) if is_short else _dense(words, places))]
    if runs:
        spans = _spans(text)
        yield from ((spans[first][0], spans[last][1]) for first, last in runs)
    if is_short:
        yield from _in_name(text)
    elif places and any(_are_close(at) for at in places.values()):
        yield from _listed(text)
    if is_labelled:
        yield from (match.span() for match in _LABELLED.finditer(text))


def _has_parts(text: str) -> bool:
    return not text.isalnum() and sum(map(text.count, _SEPARATORS)) >= NAME_PARTS - 1


def words_of(text: str) -> Sequence[str]:
    """Words of two or more letters; what separates them is left out."""
    return _counted(text)[0]


def times_of(text: str) -> Mapping[str, int]:
    """Each of those words, and how often it comes."""
    return _counted(text)[1]


@lru_cache(maxsize=64)
def _counted(text: str) -> tuple[Sequence[str], Mapping[str, int]]:
    words = [word for word in rjieba.cut(text) if len(word) > 1]
    times = Counter(words)
    signs = [word for word in times if not word[0].isalpha()]
    if signs:
        for word in signs:
            del times[word]
        words = [word for word in words if word in times]
    return words, times


def _spans(text: str) -> list[tuple[int, int]]:
    """Where the words of the text stand."""
    found, at = [], 0
    for word in rjieba.cut(text):
        if len(word) > 1 and word[0].isalpha():
            found.append((at, at + len(word)))
        at += len(word)
    return found


def _places(text: str) -> dict[str, list[int]]:
    """Of each word that comes at least three times, which ones of the words it is."""
    frequent: dict[str, list[int]] = {word: [] for word, many in times_of(text).items() if many >= NAME_REPEATS}
    for index, at in enumerate(map(frequent.get, words_of(text))) if frequent else ():
        if at is not None:
            at.append(index)
    return frequent


def _close(places: Mapping[str, list[int]]) -> dict[str, list[int]]:
    """Without words of which no three stand near each other: those are a part of no heap in a long text."""
    near = 5 * LIST_PARTS
    return {
        word: at
        for word, at in places.items()
        if at[2] - at[0] <= near or (len(at) > NAME_REPEATS and min(map(sub, at[3:], at[1:])) <= near)
    }


def _repeated(places: Mapping[str, Sequence[int]]) -> Iterator[tuple[int, int]]:
    return ((at[0], at[-1]) for at in places.values())


def _in_name(text: str) -> Iterator[tuple[int, int]]:
    for pair, many in Counter(pairwise(text)).items():
        if many >= NAME_REPEATS and all(char > "\u2e80" for char in pair):
            yield text.find("".join(pair)), text.rfind("".join(pair)) + 2
    parts = [match.span() for match in _PART.finditer(text)]
    if len(parts) >= NAME_PARTS and all(end - start <= 6 for start, end in parts) and not text.isascii():
        yield parts[0][0], parts[-1][1]


def _dense(words: Sequence[str], places: Mapping[str, Sequence[int]]) -> Iterator[tuple[int, int]]:
    """The shortest stretch in which one word is nearly every third one, many times over."""
    for word, at in places.items():
        if len(at) >= DENSE_TIMES:
            width, first = min(zip(map(sub, at[DENSE_TIMES - 1 :], at), at, strict=False))
            if DENSE_TIMES / (width + 1) >= DENSE_SHARE and _is_poor(words[first : first + width + 1], word):
                yield first, first + width


def _is_poor(around: Sequence[str], word: str) -> bool:
    """A list of functions says something new with each item ("order import, order merge"); a heap does not."""
    others = [other for other in around if other != word]
    return len(set(others)) < LIST_DISTINCT * len(others) or len(others) <= DENSE_TIMES // 2


def _in_a_row(words: Sequence[str], places: Mapping[str, Sequence[int]]) -> Iterator[tuple[int, int]]:
    """The same one to three words, three times or more one after the other."""
    periods = {
        second - first
        for at in places.values()
        for first, second, third in zip(at, at[1:], at[2:], strict=False)
        if second - first == third - second <= 3
    }
    for period in periods:
        same = bytes(map(eq, words, words[period:]))
        for run in _RUNS[period].finditer(same):
            yield run.start(), run.end() + period - 1


def _are_close(at: Sequence[int]) -> bool:
    """So many of one word as the shortest heap of a list has, within as many words as it may have."""
    return any(last - first <= 5 * LIST_PARTS for first, last in zip(at, at[LIST_SHARED - 1 :], strict=False))


def _listed(text: str) -> Iterator[tuple[int, int]]:
    """A list of short items that share a word and have little else that is new."""
    run: list[tuple[int, int]] = []
    since = 0
    for sign in _BETWEEN.finditer(text):
        start, end = sign.span()
        if 2 <= start - since <= 10:
            run.append((since, start))
        elif run:
            yield from _heap_of(text, run)
            run = []
        if run and not _LISTS.issuperset(sign[0]):
            yield from _heap_of(text, run)
            run = []
        since = end
    if 2 <= len(text) - since <= 10:
        run.append((since, len(text)))
    yield from _heap_of(text, run)


def _heap_of(text: str, run: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    if len(run) < LIST_PARTS:
        return
    listed, enough = text[run[0][0] : run[-1][1]], LIST_SHARE * len(run)
    # Most lists share nothing, not even two letters; one of the first three items would hold what most items share.
    first = text[run[0][0] : run[2][1]]
    if all(listed.count(first[at : at + 2]) < enough for at in range(len(first) - 1)):
        return
    words = words_of(listed)
    times = Counter(words).most_common(1)
    # Nobody separates the items of a Chinese list by blanks alone, unless they are there to be searched for.
    is_blank = not listed.isascii() and all(text[one[1] : other[0]].isspace() for one, other in pairwise(run))
    if times and times[0][1] >= enough and (is_blank or _is_poor(words, times[0][0])):
        yield run[0][0], run[-1][1]


def _widest(heaps: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    last_end = -1
    for start, end in sorted(set(heaps), key=lambda heap: (heap[0], -heap[1])):
        if end > last_end:
            yield start, end
            last_end = end
