"""One version of a listing: it is written, submitted, reviewed, and live until its successor is.

| from \\ by        | submit    | claim     | approve  | refuse                       | publication        |
|-------------------|-----------|-----------|----------|------------------------------|--------------------|
| draft             | submitted | refused   | refused  | refused                      | -                  |
| submitted         | submitted | in_review | approved | changes_requested, rejected  | -                  |
| in_review         | in_review | in_review | approved | changes_requested, rejected  | -                  |
| changes_requested | refused   | refused   | refused  | refused                      | -                  |
| rejected          | refused   | refused   | refused  | refused                      | -                  |
| approved          | refused   | refused   | refused  | refused                      | live, superseded   |
| live              | refused   | refused   | refused  | refused                      | superseded, approved |
| superseded        | refused   | refused   | refused  | refused                      | live               |

Publication (`domain/publication.py`) picks the one that is live among those that were approved.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.catalog.domain.content import Content
from services.catalog.domain.screening.finding import Finding
from shared.errors import Conflict


class VersionState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    REJECTED = "rejected"
    APPROVED = "approved"
    LIVE = "live"
    SUPERSEDED = "superseded"


_DECISIONS = frozenset({VersionState.APPROVED, VersionState.CHANGES_REQUESTED, VersionState.REJECTED})
TRANSITIONS: dict[VersionState, frozenset[VersionState]] = {
    VersionState.DRAFT: frozenset({VersionState.SUBMITTED}),
    VersionState.SUBMITTED: frozenset({VersionState.IN_REVIEW}) | _DECISIONS,
    VersionState.IN_REVIEW: _DECISIONS,
    VersionState.CHANGES_REQUESTED: frozenset(),
    VersionState.REJECTED: frozenset(),
    VersionState.APPROVED: frozenset({VersionState.LIVE, VersionState.SUPERSEDED}),
    VersionState.LIVE: frozenset({VersionState.SUPERSEDED, VersionState.APPROVED}),
    VersionState.SUPERSEDED: frozenset({VersionState.LIVE}),
}
WAITING = frozenset({VersionState.SUBMITTED, VersionState.IN_REVIEW})


@dataclass(eq=False)
class ListingVersion:
    """One content and what became of it. Once decided its content never changes; a correction is a new version.

    `category_number` and `rules_digest` name what it was screened by. `answers` are the penalties on the listing that
    were open when it was submitted, as the restriction with `restriction_sequence` named them. `went_live_at` is when
    it first did.
    """

    listing_id: UUID
    number: int
    content: Content
    created_at: datetime
    state: VersionState = VersionState.DRAFT
    findings: tuple[Finding, ...] = ()
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    reason: str = ""
    clauses: tuple[str, ...] = ()
    category_number: int = 0
    rules_digest: str = ""
    answers: tuple[UUID, ...] = ()
    restriction_sequence: int = 0
    went_live_at: datetime | None = None

    def become(self, then: VersionState, refusal: type[Conflict]) -> None:
        if then not in TRANSITIONS[self.state]:
            raise refusal(f"The newest version is {self.state}", state=self.state)
        self.state = then


@dataclass(frozen=True, slots=True)
class Verdict:
    """A reviewer's decision. What is refused names the clauses it breaks."""

    by: str
    at: datetime
    reason: str
    clauses: tuple[str, ...] = ()
