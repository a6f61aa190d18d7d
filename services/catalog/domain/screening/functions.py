"""Functions that the chosen category forbids, by the words that its definition names."""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from services.catalog.domain.category import ForbiddenFunction
from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.patterns import is_denied
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import normalise

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

DETECTOR = "forbidden-function"


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    if subject.place is None:
        return
    for forbidden in subject.place.forbidden_functions:
        words = _compared(forbidden.words)
        for field, text in subject.texts.items():
            for word in words:
                start = text.text.find(word)
                while start >= 0:
                    end = start + len(word)
                    if not is_denied(text.text, start, end):
                        since, until = text.span(start, end)
                        yield _found(forbidden, field, since, until, text.original[since:until])
                    start = text.text.find(word, end)


def _found(forbidden: ForbiddenFunction, field: str, start: int, end: int, matched: str) -> Finding:
    return Finding(
        DETECTOR, forbidden.clause, Severity.BLOCKS, field, start, end, matched,
        Said(f"所选类目禁止的功能：{forbidden.title_zh}。", f"The category forbids it: {forbidden.title_en}."),
        Said("删除该功能，或选择与服务相符的类目。", "Remove the function, or choose the category that it belongs to."),
    )  # fmt: skip


@lru_cache(maxsize=512)
def _compared(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in (normalise(word).text for word in words) if word)
