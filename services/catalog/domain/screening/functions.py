"""Functions that the chosen category forbids, by the words that its definition names."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from ahocorasick_rs import AhoCorasick, MatchKind

from services.catalog.domain.category import ForbiddenFunction
from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.screening.patterns import weighed
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import Normalised, normalise

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

DETECTOR = "forbidden-function"


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    if subject.place is None or not subject.place.forbidden_functions:
        return
    owners, automaton = _compiled(subject.place.forbidden_functions)
    joined = subject.joined
    for index, start, end in automaton.find_matches_as_indexes(joined.text):
        place = joined.place(start, end)
        severity = weighed(Severity.BLOCKS, joined.text, start, end)
        if place is not None and severity is not None:
            yield _found(owners[index], severity, *place)


def _found(
    forbidden: ForbiddenFunction, severity: Severity, field: str, text: Normalised, since: int, until: int
) -> Finding:
    start, end = text.span(since, until)
    return Finding(
        DETECTOR, forbidden.clause, severity, field, start, end, text.original[start:end],
        Said(f"所选类目禁止的功能：{forbidden.title_zh}。", f"The category forbids it: {forbidden.title_en}."),
        Said("删除该功能，或选择与服务相符的类目。", "Remove the function, or choose the category that it belongs to."),
    )  # fmt: skip


@lru_cache(maxsize=64)
def _compiled(forbidden: tuple[ForbiddenFunction, ...]) -> tuple[Sequence[ForbiddenFunction], AhoCorasick]:
    """Whose each word is, and what finds them; the longest word counts where several begin."""
    owners = {normalise(word).text: function for function in forbidden for word in function.words}
    owners.pop("", None)
    return list(owners.values()), AhoCorasick(list(owners), matchkind=MatchKind.LeftmostLongest)
