"""A listing and its versions: a version is written, submitted, reviewed, and live until its successor is approved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.catalog.domain.content import Content
from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.errors import (
    CategoryFixed,
    KindFixed,
    ListingRetired,
    NothingToReview,
    NothingToSubmit,
    ScreeningBlocked,
    UnderReview,
)
from services.catalog.domain.screening import blocking
from services.catalog.domain.screening.finding import Finding, as_json
from shared.contracts.catalog import (
    ListingKind,
    ListingLifecycle,
    ListingPublished,
    ListingRejected,
    ListingState,
    ListingSubmitted,
    ListingUpdated,
)

APPLICATION_LIMIT = 5
"""Applications of one account that are not retired (4.3.5)."""


class VersionState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    REJECTED = "rejected"
    LIVE = "live"
    SUPERSEDED = "superseded"


_DECISIONS = frozenset({VersionState.LIVE, VersionState.CHANGES_REQUESTED, VersionState.REJECTED})
TRANSITIONS: dict[VersionState, frozenset[VersionState]] = {
    VersionState.DRAFT: frozenset({VersionState.SUBMITTED}),
    VersionState.SUBMITTED: frozenset({VersionState.IN_REVIEW}) | _DECISIONS,
    VersionState.IN_REVIEW: _DECISIONS,
    VersionState.CHANGES_REQUESTED: frozenset(),
    VersionState.REJECTED: frozenset(),
    VersionState.LIVE: frozenset({VersionState.SUPERSEDED}),
    VersionState.SUPERSEDED: frozenset(),
}
WAITING = frozenset({VersionState.SUBMITTED, VersionState.IN_REVIEW})


@dataclass(eq=False)
class ListingVersion:
    """One content and what became of it. Once decided it never changes; a correction is a new version."""

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

    def become(self, then: VersionState, refusal: type[NothingToReview] | type[NothingToSubmit]) -> None:
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


@dataclass(eq=False)
class Listing:
    """`version` counts every change for ETags; `newest_number` and `live_number` point at versions of the content.

    `category` is empty until the first approval fixes it (4.2).
    """

    listing_id: UUID
    provider_id: UUID
    account_id: str
    kind: ListingKind
    created_at: datetime
    category: str = ""
    lifecycle: Lifecycle = Lifecycle.UNPUBLISHED
    newest_number: int = 1
    live_number: int = 0
    first_published_at: datetime | None = None
    published_at: datetime | None = None
    version: int = 1

    def write(self, newest: ListingVersion, kind: ListingKind, content: Content, at: datetime) -> ListingVersion:
        """The draft with this content: the open one, or a new one after a decision."""
        self._refuse_retired()
        if kind is not self.kind:
            raise KindFixed(f"This listing is of kind {self.kind}")
        if self.category and content.category != self.category:
            raise CategoryFixed(
                f"The category {self.category} was approved; ask the platform to move the listing (4.2)", clause="4.2"
            )
        if newest.state in WAITING:
            raise UnderReview("The newest version is with the reviewers; wait for their decision")
        self.version += 1
        if newest.state is VersionState.DRAFT:
            newest.content = content
            return newest
        self.newest_number = newest.number + 1
        return ListingVersion(self.listing_id, self.newest_number, content, at)

    def submit(self, draft: ListingVersion, findings: Sequence[Finding], at: datetime) -> list[ListingSubmitted]:
        self._refuse_retired()
        if draft.state in WAITING:
            return []
        draft.become(VersionState.SUBMITTED, NothingToSubmit)
        if grave := blocking(findings):
            raise ScreeningBlocked(
                f"{len(grave)} findings forbid the submission; correct them and submit again",
                clauses=sorted({finding.clause for finding in grave}),
                findings=[as_json(finding) for finding in findings],
            )
        draft.findings, draft.submitted_at = tuple(findings), at
        self.version += 1
        return [
            ListingSubmitted(
                listing_id=self.listing_id, provider_id=self.provider_id, version=draft.number, submitted_at=at
            )
        ]

    def begin_review(self, version: ListingVersion) -> None:
        """A reviewer is at it, which its provider sees."""
        self._refuse_retired()
        if version.state is not VersionState.IN_REVIEW:
            version.become(VersionState.IN_REVIEW, NothingToReview)
        self.version += 1

    def approve(self, version: ListingVersion, live: ListingVersion | None, verdict: Verdict) -> list[ListingPublished]:
        """The version goes live in the same breath in which its predecessor stops being it."""
        self._decide(version, VersionState.LIVE, verdict)
        if live is not None:
            live.state = VersionState.SUPERSEDED
        self.live_number, self.published_at = version.number, verdict.at
        self.first_published_at = self.first_published_at or verdict.at
        self.category = self.category or version.content.category
        self.lifecycle = Lifecycle.LIVE
        return [ListingPublished(**dict(self._state(version)))]

    def request_changes(self, version: ListingVersion, verdict: Verdict) -> None:
        self._decide(version, VersionState.CHANGES_REQUESTED, verdict)

    def reject(self, version: ListingVersion, verdict: Verdict) -> list[ListingRejected]:
        self._decide(version, VersionState.REJECTED, verdict)
        return [
            ListingRejected(
                listing_id=self.listing_id,
                provider_id=self.provider_id,
                version=version.number,
                clauses=verdict.clauses,
                reason=verdict.reason,
            )
        ]

    def retire(self, live: ListingVersion | None) -> list[ListingUpdated]:
        """The provider ends it. Nothing is sold any more; what was sold runs on."""
        if self.lifecycle is Lifecycle.RETIRED:
            return []
        self.lifecycle = Lifecycle.RETIRED
        self.version += 1
        return [self.state(live)] if live is not None else []

    def state(self, live: ListingVersion) -> ListingUpdated:
        """The whole public state, for the market's replicas."""
        return ListingUpdated(**dict(self._state(live)))

    def _state(self, live: ListingVersion) -> ListingState:
        if self.published_at is None:
            raise ValueError("a listing without a live version has no public state")
        content = live.content
        return ListingState(
            listing_id=self.listing_id,
            provider_id=self.provider_id,
            kind=self.kind,
            category=self.category,
            name=content.name,
            callback_url=content.callback_url,
            plans=content.plans,
            lifecycle=ListingLifecycle(self.lifecycle.value),
            version=live.number,
            published_at=self.published_at,
        )

    def _decide(self, version: ListingVersion, then: VersionState, verdict: Verdict) -> None:
        self._refuse_retired()
        version.become(then, NothingToReview)
        version.decided_at, version.reason, version.clauses = verdict.at, verdict.reason, verdict.clauses
        self.version += 1

    def _refuse_retired(self) -> None:
        if self.lifecycle is Lifecycle.RETIRED:
            raise ListingRetired("The provider ended this listing")
