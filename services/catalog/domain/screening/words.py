"""The words that lexicons forbid, wherever they stand in a listing's texts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from services.catalog.domain.screening.finding import Finding
from services.catalog.domain.screening.matching import Hit
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.text import Normalised

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    for field, hits in subject.hits(rules.matcher).items():
        for hit in hits:
            if not hit.lexicon.judged_by:
                yield finding(field, subject.texts[field], hit)


def finding(field: str, text: Normalised, hit: Hit) -> Finding:
    """What a match tells the writer, in the words of its lexicon."""
    lexicon = hit.lexicon
    start, end = text.span(hit.start, hit.end)
    matched = text.original[start:end]
    return Finding(lexicon.code, lexicon.clause, hit.severity, field, start, end, matched, lexicon.why, lexicon.advice)
