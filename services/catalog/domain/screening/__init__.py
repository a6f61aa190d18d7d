"""The screening of a listing's content: detectors side by side, their findings in reading order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.catalog.domain.content import Content
from services.catalog.domain.screening import completeness, contacts, periods, unseen
from services.catalog.domain.screening.finding import Finding, Severity
from services.catalog.domain.screening.text import normalise
from services.catalog.domain.screening.words import Lexicon
from shared.contracts.catalog import ListingKind

MOST_FINDINGS = 200


@dataclass(frozen=True)
class Rules:
    """What the detectors compare with: data that staff may change without a release."""

    lexicons: tuple[Lexicon, ...]
    allowed_hosts: frozenset[str]


def screen(content: Content, kind: ListingKind, rules: Rules) -> tuple[Finding, ...]:
    """Everything the detectors find, the gravest first when there is more than anybody would read."""
    found = list(_find(content, kind, rules))
    if len(found) > MOST_FINDINGS:
        gravest = list(Severity)
        found = sorted(found, key=lambda finding: gravest.index(finding.severity))[:MOST_FINDINGS]
    order = ["name", "category", "summary", "details", "callback_url", "support_url"]
    fields = {field: index for index, field in enumerate(order)}
    return tuple(sorted(found, key=lambda f: (fields.get(f.field, len(order)), f.field, f.start, f.end, f.detector)))


def _find(content: Content, kind: ListingKind, rules: Rules) -> Iterator[Finding]:
    yield from completeness.missing(content, kind)
    for field, original in content.texts():
        yield from unseen.find(field, original)
        text = normalise(original)
        for lexicon in rules.lexicons:
            yield from lexicon.find(field, text)
        yield from contacts.find(field, text, rules.allowed_hosts)
    yield from periods.find(content)


def blocking(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.severity is Severity.BLOCKS)
