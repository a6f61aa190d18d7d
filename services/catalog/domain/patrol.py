"""A patrol: live listings screened again, because words or detectors changed or because staff wants it (6.1)."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.catalog.domain.screening.finding import Finding, Severity
from shared.contracts.catalog import ReportedFinding

REPORTED = frozenset({Severity.BLOCKS, Severity.WARNS})
"""What people have to look at; advice is for the writer alone."""
_LONGEST_MATCH = 200


class PatrolState(StrEnum):
    RUNNING = "running"
    FINISHED = "finished"
    SUPERSEDED = "superseded"


TRANSITIONS: dict[PatrolState, frozenset[PatrolState]] = {
    PatrolState.RUNNING: frozenset({PatrolState.FINISHED, PatrolState.SUPERSEDED}),
    PatrolState.FINISHED: frozenset(),
    PatrolState.SUPERSEDED: frozenset(),
}


@dataclass(eq=False)
class Patrol:
    """Where it stands: of `total` listings that were live at its start `done` were looked at, up to the last one's id.

    `digest` names the words and detectors that it screens by. `started_by` is empty when a change started it.
    """

    patrol_id: UUID
    digest: str
    started_by: str
    reason: str
    started_at: datetime
    total: int
    state: PatrolState = PatrolState.RUNNING
    done: int = 0
    found: int = 0
    last_listing_id: UUID | None = None
    ended_at: datetime | None = None

    def advance(self, looked_at: int, found: int, last_listing_id: UUID) -> None:
        self.done += looked_at
        self.found += found
        self.last_listing_id = last_listing_id

    def end(self, then: PatrolState, at: datetime) -> None:
        """Ending it again changes nothing."""
        if then in TRANSITIONS[self.state]:
            self.state, self.ended_at = then, at


def fingerprint(finding: Finding) -> str:
    """The same for the same words found as gravely by the same detector in the same field, wherever they stand there.

    What is missing has no words; there the reason tells one part from another.
    """
    told = "\x00".join((finding.detector, finding.field, finding.matched or finding.why.zh, finding.severity))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def news(found: Iterable[Finding], known: Iterable[Finding]) -> dict[str, Finding]:
    """By fingerprint, what was not known when the version was submitted; the first of several alike.

    What was let pass with a warning and blocks by now is news.
    """
    return unknown({fingerprint(f): f for f in reversed(list(found))}, {fingerprint(finding) for finding in known})


def unknown(found: Mapping[str, Finding], known: AbstractSet[str]) -> dict[str, Finding]:
    """Those of which no fingerprint is known by which they are as grave or graver."""
    return {mark: finding for mark, finding in found.items() if known.isdisjoint(_as_grave(finding))}


def _as_grave(finding: Finding) -> Iterator[str]:
    scale = list(Severity)
    for severity in scale[: scale.index(finding.severity) + 1]:
        yield fingerprint(replace(finding, severity=severity))


def as_reported(findings: Sequence[Finding]) -> tuple[ReportedFinding, ...]:
    return tuple(
        ReportedFinding(
            clause=finding.clause,
            severity=finding.severity,
            detector=finding.detector,
            field=finding.field,
            start=finding.start,
            end=finding.end,
            matched=finding.matched[:_LONGEST_MATCH],
            why_zh=finding.why.zh,
            why_en=finding.why.en,
        )
        for finding in findings
    )
