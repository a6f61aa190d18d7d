"""Is the listing where its like is found? Advice with the nearer categories (6.1.3(7)); 6.1.4 for special kinds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import TYPE_CHECKING

from ahocorasick_rs import AhoCorasick

from services.catalog.domain.category import Category
from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.stuffing import times_of
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import normalise

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

DETECTOR = "wrong-category"
NEARER_SHOWN = 3
CLEARLY_NEARER = 1.8
SURELY_NEARER = 2.5
ENOUGH = 6.0
SAYS_SOMETHING = 60
KEYWORD_WEIGHT = 2.0
_EMPTY_WORDS = frozenset(
    {
        "and",
        "of",
        "the",
        "in",
        "for",
        "on",
        "as",
        "it",
        "them",
        "its",
        "what",
        "they",
        "to",
        "up",
        "from",
        "that",
        "one",
    }
)
_WEIGHTS = ((4.0, ("name",)), (2.0, ("summary", "functions")), (1.0, ("details",)))
"""What a word tells more of in the name than deep in the details."""


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """What texts of the categories speak of. A word tells less when several categories speak of it, nothing when all.

    `words` are those of the core functions, `keywords` are looked for in the text as it stands; both by category.
    """

    words: Mapping[str, Sequence[tuple[str, float]]]
    keywords: Sequence[tuple[str, Sequence[tuple[str, float]]]]
    automaton: AhoCorasick


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    if subject.place is None and subject.places:
        yield Finding(
            DETECTOR, "4.2", Severity.BLOCKS, "category", 0, 0, "",
            Said("没有该类目。", "There is no such category."),
            Said("从类目列表中选择。", "Choose one from the list of categories."),
        )  # fmt: skip
    if subject.place is None or len(subject.places) < 2:
        return
    scores = scores_of(subject)
    if not any(scores.values()) and len(subject.texts["details"].text) >= SAYS_SOMETHING:
        yield Finding(
            "unrelated-function", "6.1.3(3)", Severity.ADVISES, "details", 0, 0, "",
            Said("没有提到任何类目的功能。", "It speaks of nothing that any category is for."),
            Said("说明它如何服务于店铺经营。", "Say how it serves a shop."),
        )  # fmt: skip
        return
    own = scores.get(subject.place.code, 0.0)
    nearer = sorted(
        (place for place in subject.places if scores[place.code] >= max(ENOUGH, CLEARLY_NEARER * own)),
        key=lambda place: (-scores[place.code], place.code),
    )[:NEARER_SHOWN]
    nearer = [place for place in nearer if place.code != subject.place.code]
    if nearer:
        yield _misplaced(nearer, scores[nearer[0].code] >= max(2 * ENOUGH, SURELY_NEARER * own))


def scores_of(subject: Subject) -> dict[str, float]:
    """How much the texts speak of what each category is for."""
    vocabulary = _vocabulary(
        tuple((place.code, place.core_functions, place.core_functions_en, place.keywords) for place in subject.places)
    )
    scores = dict.fromkeys((place.code for place in subject.places), 0.0)
    for weight, fields in _WEIGHTS:
        texts = [text.text for field, text in subject.texts.items() if field.startswith(fields)]
        for told in _told(texts, vocabulary):
            for code, tells in told:
                scores[code] += weight * tells
    return scores


def _told(texts: Sequence[str], vocabulary: _Vocabulary) -> list[Sequence[tuple[str, float]]]:
    """For each word of the vocabulary that the texts hold, what it tells of which category."""
    said = {word for text in texts for word in vocabulary.words.keys() & times_of(text).keys()}
    told = [vocabulary.words[word] for word in said]
    text = "\n".join(texts)
    hits = vocabulary.automaton.find_matches_as_indexes(text, overlapping=True)
    for index in {hit[0] for hit in hits}:
        word, tells = vocabulary.keywords[index]
        if not word.isascii() or any(_is_whole(text, start, end) for at, start, end in hits if at == index):
            told.append(tells)
    return told


def _is_whole(text: str, start: int, end: int) -> bool:
    """Not a part of a longer word in Latin letters."""
    return not (start and _is_latin(text[start - 1])) and not (end < len(text) and _is_latin(text[end]))


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


@lru_cache(maxsize=8)
def _vocabulary(places: tuple[tuple[str, str, str, tuple[str, ...]], ...]) -> _Vocabulary:
    keywords = {code: frozenset(normalise(word).text for word in said) - {""} for code, _, _, said in places}
    words = {
        code: frozenset(times_of(normalise(f"{zh} {en}").text)) - keywords[code] - _EMPTY_WORDS
        for code, zh, en, _ in places
    }

    def by_word(said: Mapping[str, frozenset[str]], weight: float) -> dict[str, list[tuple[str, float]]]:
        told: dict[str, list[tuple[str, float]]] = {}
        for code, its_own in said.items():
            for word in its_own:
                holders = sum(1 for other in words if word in words[other] or word in keywords[other])
                told.setdefault(word, []).append((code, weight * log((1 + len(places)) / (1 + holders))))
        return told

    spoken = sorted(by_word(keywords, KEYWORD_WEIGHT).items())
    return _Vocabulary(by_word(words, 1.0), spoken, AhoCorasick([word for word, _ in spoken]))


def _misplaced(nearer: Sequence[Category], surely: bool) -> Finding:
    is_grave = surely and nearer[0].special
    zh, en = "、".join(place.title_zh for place in nearer), ", ".join(place.title_en for place in nearer)
    if is_grave:
        return Finding(
            DETECTOR, "6.1.4", Severity.BLOCKS, "category", 0, 0, "",
            Said(f"“{nearer[0].title_zh}”属特殊类型，不得错放类目。", f"{nearer[0].title_en} belongs there only."),
            Said(f"请选择类目：{zh}。", f"Choose the category {en}."),
        )  # fmt: skip
    return Finding(
        DETECTOR, "6.1.3(7)", Severity.ADVISES, "category", 0, 0, "",
        Said("内容更接近其他类目。", "The texts speak more of other categories."),
        Said(f"更相近的类目：{zh}。", f"Nearer: {en}."),
    )  # fmt: skip
