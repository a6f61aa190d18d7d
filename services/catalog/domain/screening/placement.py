"""Is the listing where its like is found? Advice with the nearer categories (6.1.3(7)); 6.1.4 for special kinds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import TYPE_CHECKING

import rjieba

from services.catalog.domain.category import Category
from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.stuffing import tokens_of
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import normalise

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

DETECTOR = "wrong-category"
NEARER_SHOWN = 3
CLEARLY_NEARER = 1.8
SURELY_NEARER = 2.5
ENOUGH = 6.0
KEYWORD_WEIGHT = 2.0
FIELD_WEIGHTS = {"name": 4.0, "summary": 2.0}


@dataclass(frozen=True, slots=True)
class _Profile:
    """What texts of a category speak of: a word and how much it tells, less when other categories speak of it too."""

    keywords: tuple[tuple[str, float], ...]
    words: frozenset[str]
    weights: tuple[tuple[str, float], ...]


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    if subject.place is None or len(subject.places) < 2:
        return
    scores = scores_of(subject)
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
    profiles = _profiles(tuple((place.code, place.core_functions, place.keywords) for place in subject.places))
    scores = dict.fromkeys((place.code for place in subject.places), 0.0)
    for field, text in subject.texts.items():
        weight = FIELD_WEIGHTS.get(field, 2.0 if field.startswith("functions[") else 1.0)
        words = {word for word, _, _ in tokens_of(text.text)}
        for code, profile in profiles.items():
            tells = dict(profile.weights)
            scores[code] += weight * sum(tells[word] for word in words & profile.words)
            scores[code] += weight * sum(tell for keyword, tell in profile.keywords if keyword in text.text)
    return scores


@lru_cache(maxsize=8)
def _profiles(places: tuple[tuple[str, str, tuple[str, ...]], ...]) -> dict[str, _Profile]:
    words = {
        code: frozenset(word for word in rjieba.cut(normalise(functions).text) if len(word) > 1)
        for code, functions, _ in places
    }
    keywords = {code: frozenset(normalise(word).text for word in said) for code, _, said in places}
    many = len(places)

    def tells(word: str) -> float:
        """Nothing when every category speaks of it, most when only one does."""
        holders = sum(1 for code in words if word in words[code] or word in keywords[code])
        return log((1 + many) / (1 + holders)) if holders else 0.0

    return {
        code: _Profile(
            tuple((word, KEYWORD_WEIGHT * tells(word)) for word in sorted(keywords[code])),
            words[code] - keywords[code],
            tuple((word, tells(word)) for word in sorted(words[code] - keywords[code])),
        )
        for code in words
    }


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
