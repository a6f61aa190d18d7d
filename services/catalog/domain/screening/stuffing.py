"""Keywords heaped up to be found by (6.1.3(4)). Words that a text about its subject repeats are no heap."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
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
_WORD = re.compile(r"[^\W\d_]")
_PART = re.compile(r"[^\s,、/|;。!?:\u00b7•+()\[\]【】]+")
_LABELLED = re.compile(
    r"(?:关键[词字]|搜索词|热搜词|标签|(?<![a-z])(?:keywords?|tags?))\s{0,2}:\s{0,2}(?:[^\s,、/|;。]{1,12}[\s,、/"
    r"|;]{1,2}){3,60}"
)
_WHY = Said("重复堆砌关键词。", "Keywords are heaped up.")
_ADVICE = Said("用通顺的句子描述，删除重复的关键词。", "Describe it in sentences, and remove the repetition.")
Token = tuple[str, int, int]


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    for field, text in subject.texts.items():
        heaps = list(_heaps(field, text.text))
        # One heap may be seen in several ways; the widest view of it says the most.
        for start, end in _widest(heaps):
            since, until = text.span(start, end)
            yield Finding(
                DETECTOR, CLAUSE, Severity.WARNS, field, since, until, text.original[since:until], _WHY, _ADVICE
            )


def _heaps(field: str, text: str) -> Iterator[tuple[int, int]]:
    if len(text) < 4:
        return
    tokens = tokens_of(text)
    if field == "name" or field.startswith(("plans[", "functions[")):
        yield from _in_name(text, tokens)
    else:
        yield from _dense(tokens)
        yield from _listed(text)
    yield from _in_a_row(tokens)
    if ":" in text:
        for match in _LABELLED.finditer(text):
            yield match.span()


def tokens_of(text: str) -> list[Token]:
    """Words of two or more letters with their places; what separates words is left out."""
    return list(_cut(text))


@lru_cache(maxsize=64)
def _cut(text: str) -> tuple[Token, ...]:
    found, at = [], 0
    for token in rjieba.cut(text):
        if len(token) > 1 and _WORD.search(token):
            found.append((token, at, at + len(token)))
        at += len(token)
    return tuple(found)


def _in_name(text: str, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    times = Counter(word for word, _, _ in tokens)
    for word, many in times.items():
        if many >= NAME_REPEATS:
            places = [(start, end) for other, start, end in tokens if other == word]
            yield places[0][0], places[-1][1]
    parts = [match.span() for match in _PART.finditer(text)]
    if len(parts) >= NAME_PARTS and all(end - start <= 6 for start, end in parts) and not text.isascii():
        yield parts[0][0], parts[-1][1]


def _dense(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """The shortest stretch in which one word is nearly every third one, many times over."""
    times = Counter(word for word, _, _ in tokens)
    for word, many in times.items():
        if many >= DENSE_TIMES:
            places = [index for index, token in enumerate(tokens) if token[0] == word]
            stretches = zip(places, places[DENSE_TIMES - 1 :], strict=False)
            first, last = min(stretches, key=lambda stretch: stretch[1] - stretch[0])
            around = tokens[first : last + 1]
            if DENSE_TIMES / len(around) >= DENSE_SHARE and _is_poor(around, word):
                yield around[0][1], around[-1][2]


def _is_poor(around: Sequence[Token], word: str) -> bool:
    """A list of functions says something new with each item ("order import, order merge"); a heap does not."""
    others = [other for other, _, _ in around if other != word]
    return len(set(others)) < LIST_DISTINCT * len(others) or len(others) <= DENSE_TIMES // 2


def _in_a_row(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """The same one to three words, three times or more one after the other."""
    words = [word for word, _, _ in tokens]
    for period in (1, 2, 3):
        if len(words) < 3 * period:
            return
        at = 0
        for same, run in groupby(zip(words, words[period:], strict=False), key=lambda pair: pair[0] == pair[1]):
            many = sum(1 for _ in run)
            if same and many >= 2 * period:
                yield tokens[at][1], tokens[at + many + period - 1][2]
            at += many


def _listed(text: str) -> Iterator[tuple[int, int]]:
    """A list of short items that share a word and have little else that is new."""
    run: list[tuple[int, int]] = []
    for match in _PART.finditer(text):
        is_short = 2 <= match.end() - match.start() <= 10
        is_next = bool(run) and match.start() - run[-1][1] <= 2 and not _ends_sentence(text[run[-1][1] : match.start()])
        if run and not (is_short and is_next):
            yield from _heap_of(text, run)
            run = []
        if is_short:
            run.append(match.span())
    yield from _heap_of(text, run)


def _ends_sentence(between: str) -> bool:
    return any(char in "。!?;" for char in between)


def _heap_of(text: str, run: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    if len(run) < LIST_PARTS:
        return
    tokens = tokens_of(text[run[0][0] : run[-1][1]])
    times = Counter(word for word, _, _ in tokens).most_common(1)
    if times and times[0][1] >= LIST_SHARE * len(run) and _is_poor(tokens, times[0][0]):
        yield run[0][0], run[-1][1]


def _widest(heaps: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    last_end = -1
    for start, end in sorted(set(heaps), key=lambda heap: (heap[0], -heap[1])):
        if end > last_end:
            yield start, end
            last_end = end
