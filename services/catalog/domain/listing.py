"""A listing: where it stands in the market, and what its provider, the reviewers and the platform may do with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.catalog.domain.content import Content
from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.errors import (
    CategoryFixed,
    KindFixed,
    ListingRetired,
    NeverPublished,
    NothingToReview,
    NothingToSubmit,
    ScreeningBlocked,
    UnderReview,
)
from services.catalog.domain.screening import blocking
from services.catalog.domain.screening.finding import Finding, as_json
from services.catalog.domain.version import WAITING, ListingVersion, Verdict, VersionState
from shared.contracts.catalog import (
    ListingChangesRequested,
    ListingDelisted,
    ListingKind,
    ListingLifecycle,
    ListingRejected,
    ListingState,
    ListingSubmitted,
    ListingUpdated,
)
from shared.contracts.catalog import ListingRetired as RetirementFact

APPLICATION_LIMIT = 5
"""Applications of one account that are not retired (4.3.5)."""
TOLD: dict[Lifecycle, ListingLifecycle] = {
    Lifecycle.LIVE: ListingLifecycle.LIVE,
    Lifecycle.WITHDRAWN: ListingLifecycle.DELISTED,
    Lifecycle.DELISTED: ListingLifecycle.DELISTED,
    Lifecycle.RETIRED: ListingLifecycle.RETIRED,
}
"""How the market's replicas are told of it; what never was live is not told at all."""


@dataclass(eq=False)
class Listing:
    """`version` counts every change for ETags; `newest_number` and `live_number` point at versions of the content.

    `live_number` is the version that is on the market, or was last. `category` is empty until the first approval fixes
    it (4.2). What was submitted before `delisted_at` brings a delisted listing not back. `settle_at` is when it is due
    to look again which version may be live, because restrictions end by themselves.
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
    delisted_at: datetime | None = None
    settle_at: datetime | None = None

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

    def submit(
        self,
        draft: ListingVersion,
        findings: Sequence[Finding],
        at: datetime,
        answers: tuple[UUID, ...] = (),
        restriction_sequence: int = 0,
    ) -> list[ListingSubmitted]:
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
        draft.answers, draft.restriction_sequence = answers, restriction_sequence
        self.version += 1
        return [
            ListingSubmitted(
                listing_id=self.listing_id,
                provider_id=self.provider_id,
                version=draft.number,
                submitted_at=at,
                answers=answers,
                restriction_sequence=restriction_sequence,
            )
        ]

    def begin_review(self, version: ListingVersion) -> None:
        """A reviewer is at it, which its provider sees."""
        self._refuse_retired()
        if version.state is not VersionState.IN_REVIEW:
            version.become(VersionState.IN_REVIEW, NothingToReview)
        self.version += 1

    def approve(self, version: ListingVersion, verdict: Verdict) -> None:
        """It may go live from now on; its category is the listing's for good (4.2)."""
        self._decide(version, VersionState.APPROVED, verdict)
        self.category = self.category or version.content.category

    def request_changes(self, version: ListingVersion, verdict: Verdict) -> list[ListingChangesRequested]:
        self._decide(version, VersionState.CHANGES_REQUESTED, verdict)
        return [ListingChangesRequested(**self._refusal(version, verdict))]

    def reject(self, version: ListingVersion, verdict: Verdict) -> list[ListingRejected]:
        self._decide(version, VersionState.REJECTED, verdict)
        return [ListingRejected(**self._refusal(version, verdict))]

    def delist(self, live: ListingVersion | None, at: datetime) -> list[ListingDelisted]:
        """Off the market: what was sold runs on and may be renewed. Only a new review brings it back (6.5.2)."""
        self._refuse_retired()
        if live is None:
            raise NeverPublished("The listing was never on the market")
        if self.lifecycle is Lifecycle.DELISTED:
            return []
        self.lifecycle, self.delisted_at = Lifecycle.DELISTED, at
        self.version += 1
        return [ListingDelisted(**dict(self.state(live)))]

    def is_listed_by(self, version: ListingVersion) -> bool:
        """Whether this version, once live, puts the listing on the market: not if a delisting came after it."""
        submitted = version.submitted_at
        return self.delisted_at is None or (submitted is not None and submitted >= self.delisted_at)

    def move(self, category: str, live: ListingVersion | None, newest: ListingVersion) -> list[ListingUpdated]:
        """The platform puts it into another category, and what is being written or reviewed goes along."""
        self._refuse_retired()
        self.category = category
        if newest.state in WAITING or newest.state is VersionState.DRAFT:
            newest.content = replace(newest.content, category=category)
        self.version += 1
        return [self.updated(live)] if live is not None else []

    def retire(self, live: ListingVersion | None) -> list[RetirementFact]:
        """The provider ends it. Nothing is sold any more; what was sold runs on."""
        if self.lifecycle is Lifecycle.RETIRED:
            return []
        self.lifecycle, self.settle_at = Lifecycle.RETIRED, None
        self.version += 1
        return [RetirementFact(**dict(self.state(live)))] if live is not None else []

    def updated(self, live: ListingVersion) -> ListingUpdated:
        """The whole public state, for the market's replicas."""
        return ListingUpdated(**dict(self.state(live)))

    def state(self, live: ListingVersion) -> ListingState:
        if self.published_at is None:
            raise ValueError("a listing that was never live has no public state")
        content = live.content
        return ListingState(
            listing_id=self.listing_id,
            provider_id=self.provider_id,
            kind=self.kind,
            category=self.category,
            name=content.name,
            callback_url=content.callback_url,
            plans=content.plans,
            lifecycle=TOLD[self.lifecycle],
            version=live.number,
            published_at=self.published_at,
            first_published_at=self.first_published_at,
        )

    def _refusal(self, version: ListingVersion, verdict: Verdict) -> dict[str, Any]:
        return {
            "listing_id": self.listing_id,
            "provider_id": self.provider_id,
            "version": version.number,
            "clauses": verdict.clauses,
            "reason": verdict.reason,
        }

    def _decide(self, version: ListingVersion, then: VersionState, verdict: Verdict) -> None:
        self._refuse_retired()
        if version.state not in WAITING:
            raise NothingToReview(f"The newest version is {version.state}", state=version.state)
        version.become(then, NothingToReview)
        version.decided_at, version.reason, version.clauses = verdict.at, verdict.reason, verdict.clauses
        self.version += 1

    def _refuse_retired(self) -> None:
        if self.lifecycle is Lifecycle.RETIRED:
            raise ListingRetired("The provider ended this listing")
