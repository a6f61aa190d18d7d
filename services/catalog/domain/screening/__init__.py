"""The screening of a listing's content: detectors side by side, their findings in reading order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from services.catalog.domain.screening import (
    advertising,
    callbacks,
    completeness,
    contacts,
    duplicates,
    endorsements,
    functions,
    harassment,
    images,
    logins,
    markup,
    pages,
    periods,
    placement,
    plans,
    pricing,
    promises,
    rebates,
    stuffing,
    unseen,
    words,
)
from services.catalog.domain.screening.finding import Finding, Severity
from services.catalog.domain.screening.lexicon import Lexicon
from services.catalog.domain.screening.matching import Matcher
from services.catalog.domain.screening.patterns import Battery
from services.catalog.domain.screening.subject import Subject

MOST_FINDINGS = 200
DETECTORS_VERSION = 4
"""Raised whenever a detector finds other things than before: live listings are then screened again."""


@dataclass(frozen=True)
class Rules:
    """What the detectors compare with: data that staff may change without a release.

    `digest` changes with every word and with `DETECTORS_VERSION`.
    """

    lexicons: tuple[Lexicon, ...]
    allowed_hosts: frozenset[str]
    digest: str = ""

    @cached_property
    def matcher(self) -> Matcher:
        """Compiled once, by whoever asks first."""
        return Matcher(self.lexicons)


_PHRASES = Battery(
    (
        *rebates.PATTERNS,
        *endorsements.PATTERNS,
        *promises.PATTERNS,
        *logins.PATTERNS,
        *harassment.PATTERNS,
        *advertising.PATTERNS,
    )
)
Detector = Callable[[Subject, Rules], Iterable[Finding]]
DETECTORS: tuple[Detector, ...] = (
    completeness.find,
    unseen.find,
    contacts.find,
    periods.find,
    pricing.find,
    _PHRASES.find,
    stuffing.find,
    placement.find,
    callbacks.find,
    duplicates.find,
    images.find,
    markup.find,
    pages.find,
    plans.find,
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
    found += _not_told([*functions.find(subject, rules), *words.find(subject, rules)], found)
    if len(found) > MOST_FINDINGS:
        gravest = list(Severity)
        found = sorted(found, key=lambda finding: gravest.index(finding.severity))[:MOST_FINDINGS]
    return tuple(sorted(found, key=lambda f: (_ORDER.get(f.field, len(_ORDER)), f.field, f.start, f.end, f.detector)))


def _not_told(said: Iterable[Finding], judged: Sequence[Finding]) -> list[Finding]:
    """A word of a lexicon or a category yields to a detector that tells the same place and clause as gravely."""
    reported: dict[tuple[str, str], list[Finding]] = {}
    for finding in judged[:MOST_FINDINGS]:
        if finding.end > 0:
            reported.setdefault((finding.field, finding.clause), []).append(finding)
    gravest = list(Severity)
    return [
        word
        for word in said
        if not any(
            other.start < word.end
            and word.start < other.end
            and gravest.index(other.severity) <= gravest.index(word.severity)
            for other in reported.get((word.field, word.clause), ())
        )
    ]


def blocking(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.severity is Severity.BLOCKS)
