"""The screening of a listing's content: detectors side by side, their findings in reading order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from services.catalog.domain.screening import completeness, contacts, periods, unseen, words
from services.catalog.domain.screening.finding import Finding, Severity
from services.catalog.domain.screening.subject import Subject
from services.catalog.domain.screening.words import Lexicon

MOST_FINDINGS = 200
DETECTORS_VERSION = 2
"""Raised whenever a detector finds other things than before: live listings are then screened again."""


@dataclass(frozen=True)
class Rules:
    """What the detectors compare with: data that staff may change without a release.

    `digest` changes with every word and with `DETECTORS_VERSION`.
    """

    lexicons: tuple[Lexicon, ...]
    allowed_hosts: frozenset[str]
    digest: str = ""


Detector = Callable[[Subject, Rules], Iterable[Finding]]
DETECTORS: tuple[Detector, ...] = (
    completeness.find,
    unseen.find,
    lambda subject, rules: words.find(subject, rules.lexicons),
    lambda subject, rules: contacts.find(subject, rules.allowed_hosts),
    lambda subject, rules: periods.find(subject.content),
)
_ORDER = {
    name: index
    for index, name in enumerate(
        ("name", "category", "logo", "summary", "details", "screenshots", "callback_url", "help_url", "support_url")
    )
}


def screen(subject: Subject, rules: Rules) -> tuple[Finding, ...]:
    """Everything the detectors find, the gravest first when there is more than anybody would read."""
    found = [finding for detector in DETECTORS for finding in detector(subject, rules)]
    if len(found) > MOST_FINDINGS:
        gravest = list(Severity)
        found = sorted(found, key=lambda finding: gravest.index(finding.severity))[:MOST_FINDINGS]
    return tuple(sorted(found, key=lambda f: (_ORDER.get(f.field, len(_ORDER)), f.field, f.start, f.end, f.detector)))


def blocking(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.severity is Severity.BLOCKS)
