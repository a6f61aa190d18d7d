"""The words that lexicons forbid, wherever they stand in a listing's texts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from services.catalog.domain.screening.finding import Finding, Severity
from services.catalog.domain.screening.matching import Hit
from services.catalog.domain.screening.patterns import weighed
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import Normalised

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    joined = subject.joined
    for hit in rules.matcher.find(joined):
        lexicon = hit.lexicon
        if lexicon.judged_by:
            continue
        severity: Severity | None = hit.severity
        if lexicon.deniable:
            severity = weighed(hit.severity, joined.text, hit.start, hit.end)
        place = joined.place(hit.start, hit.end)
        if place is not None and severity is not None:
            yield _finding(hit, severity, *place)


def _finding(hit: Hit, severity: Severity, field: str, text: Normalised, since: int, until: int) -> Finding:
    """What a match tells the writer, in the words of its lexicon."""
    lexicon = hit.lexicon
    start, end = text.span(since, until)
    matched = text.original[start:end]
    return Finding(lexicon.code, lexicon.clause, severity, field, start, end, matched, lexicon.why, lexicon.advice)
