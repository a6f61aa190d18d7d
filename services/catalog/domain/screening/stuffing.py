"""Keywords heaped up to be found by (6.1.3(4)). Words that a text about its subject repeats are no heap."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from operator import eq, sub
from typing import TYPE_CHECKING

import rjieba

from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.subject import Subject

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

DETECTOR = "keyword-stuffing"
CLAUSE = "6.1.3(4)"

NAME_REPEATS = 3
NAME_PARTS = 5
DENSE_TIMES = 6
DENSE_SHARE = 0.3
LIST_PARTS = 6
LIST_SHARE = 0.6
LIST_DISTINCT = 0.7
_SIGNS = r"\s,、/|;。!?:\u00b7•+()\[\]【】"
_PART = re.compile(rf"[^{_SIGNS}]+")
_BETWEEN = re.compile(rf"[{_SIGNS}]+")
_LISTS = frozenset(" \t\u3000,、/|:\u00b7•+")
_LABELS = ("关键", "搜", "标签", "keyword", "tag")
_RUNS = {period: re.compile(b"\x01{%d,}" % (2 * period)) for period in (1, 2, 3)}
_LABELLED = re.compile(
    r"(?:关键[词字]|搜索词|热搜词|标签|(?<![a-z])(?:keywords?|tags?))\s{0,2}:\s{0,2}(?:[^\s,、/|;。]{1,12}[\s,、/"
    r"|;]{1,2}){3,60}"
)
_WHY = Said("重复堆砌关键词。", "Keywords are heaped up.")
_ADVICE = Said("用通顺的句子描述，删除重复的关键词。", "Describe it in sentences, and remove the repetition.")


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    for field, text in subject.texts.items():
        # One heap may be seen in several ways; the widest view of it says the most.
        for start, end in _widest(list(_heaps(field, text.text))):
            since, until = text.span(start, end)
            yield Finding(
                DETECTOR, CLAUSE, Severity.WARNS, field, since, until, text.original[since:until], _WHY, _ADVICE
            )


def _heaps(field: str, text: str) -> Iterator[tuple[int, int]]:
    words = words_of(text)
    is_short = field not in ("summary", "details")
    runs = [*_in_a_row(words), *(_repeated(words) if is_short else _dense(words))]
    if runs:
        places = _places(text)
        yield from ((places[first][0], places[last][1]) for first, last in runs)
    yield from _in_name(text) if is_short else _listed(text)
    if any(label in text for label in _LABELS):
        yield from (match.span() for match in _LABELLED.finditer(text))


@lru_cache(maxsize=64)
def words_of(text: str) -> tuple[str, ...]:
    """Words of two or more letters; what separates them is left out."""
    return tuple([word for word in rjieba.cut(text) if len(word) > 1 and word[0].isalpha()])


def _places(text: str) -> list[tuple[int, int]]:
    """Where the words of the text stand."""
    found, at = [], 0
    for word in rjieba.cut(text):
        if len(word) > 1 and word[0].isalpha():
            found.append((at, at + len(word)))
        at += len(word)
    return found


def _repeated(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    for word, many in Counter(words).items():
        if many >= NAME_REPEATS:
            at = [index for index, other in enumerate(words) if other == word]
            yield at[0], at[-1]


def _in_name(text: str) -> Iterator[tuple[int, int]]:
    for pair, many in Counter(pairwise(text)).items():
        if many >= NAME_REPEATS and all(char > "\u2e80" for char in pair):
            yield text.find("".join(pair)), text.rfind("".join(pair)) + 2
    parts = [match.span() for match in _PART.finditer(text)]
    if len(parts) >= NAME_PARTS and all(end - start <= 6 for start, end in parts) and not text.isascii():
        yield parts[0][0], parts[-1][1]


def _dense(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The shortest stretch in which one word is nearly every third one, many times over."""
    frequent: dict[str, list[int]] = {word: [] for word, many in Counter(words).items() if many >= DENSE_TIMES}
    for index, word in enumerate(words) if frequent else ():
        if word in frequent:
            frequent[word].append(index)
    for word, at in frequent.items():
        width, first = min(zip(map(sub, at[DENSE_TIMES - 1 :], at), at, strict=False))
        if DENSE_TIMES / (width + 1) >= DENSE_SHARE and _is_poor(words[first : first + width + 1], word):
            yield first, first + width


def _is_poor(around: Sequence[str], word: str) -> bool:
    """A list of functions says something new with each item ("order import, order merge"); a heap does not."""
    others = [other for other in around if other != word]
    return len(set(others)) < LIST_DISTINCT * len(others) or len(others) <= DENSE_TIMES // 2


def _in_a_row(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The same one to three words, three times or more one after the other."""
    for period in (1, 2, 3):
        same = bytes(map(eq, words, words[period:]))
        for run in _RUNS[period].finditer(same):
            yield run.start(), run.end() + period - 1


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
    if times and times[0][1] >= enough and _is_poor(words, times[0][0]):
        yield run[0][0], run[-1][1]


def _widest(heaps: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    last_end = -1
    for start, end in sorted(set(heaps), key=lambda heap: (heap[0], -heap[1])):
        if end > last_end:
            yield start, end
            last_end = end
