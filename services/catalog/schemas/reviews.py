"""The HTTP shapes of the review queue and of the reviewers' decisions."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.catalog.domain.listing import Listing
from services.catalog.domain.review import Decision, Review, ReviewState
from services.catalog.domain.risk import Lane, RiskReason
from services.catalog.domain.version import ListingVersion
from services.catalog.queries.reviews import Queued
from services.catalog.schemas.listings import ListingResponse
from shared.http.fields import Reason

Clause = Annotated[str, StringConstraints(max_length=20, pattern=r"^[1-8](\.\d{1,2}){0,3}(\(\d{1,2}\))?$")]


class ReviewRequest(BaseModel):
    """A refusal, for good or for changes, names the clauses that are broken."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"decision": "request_changes", "reason": "详情缺少使用说明", "clauses": ["6.1.3(2)"]}
        },
    )
    decision: Decision
    reason: Reason
    clauses: Annotated[list[Clause], Field(max_length=20)] = []


class RiskReasonItem(BaseModel):
    """`asks_second`: for this alone a second person confirms an approval."""

    code: str
    points: int
    zh: str
    en: str
    asks_second: bool

    @classmethod
    def of(cls, reason: RiskReason) -> Self:
        return cls(**{name: getattr(reason, name) for name in RiskReason.__slots__})


class ReviewItem(BaseModel):
    """Where a review stands. `due_is_provisional`: the calendar up to the due date is not published yet."""

    review_id: UUID
    listing_id: UUID
    number: int
    category: str
    state: ReviewState
    lane: Lane
    risk: int
    reasons: list[RiskReasonItem]
    needs_second: bool
    opened_at: datetime
    due_at: datetime
    due_is_provisional: bool
    claimed_by: str
    claimed_until: datetime | None
    first_by: str
    first_at: datetime | None
    first_reason: str
    decision: Decision | None
    decided_by: str
    decided_at: datetime | None
    reason: str
    clauses: list[str]
    is_overruled: bool

    @classmethod
    def of(cls, review: Review) -> Self:
        return cls(**_stated(review))


def _stated(review: Review) -> dict[str, object]:
    names = set(ReviewItem.model_fields) - {"reasons", "clauses"}
    return {
        **{name: getattr(review, name) for name in names},
        "reasons": [RiskReasonItem.of(reason) for reason in review.reasons],
        "clauses": list(review.clauses),
    }


class QueuedItem(ReviewItem):
    """One version in the queue. `version` is the one for If-Match of a claim or a decision."""

    version: int
    name: str
    provider_id: UUID
    provider_name: str
    findings: Annotated[int, Field(description="How many the screening had.")]

    @classmethod
    def of_queued(cls, queued: Queued) -> Self:
        return cls(
            **_stated(queued.review),
            version=queued.listing.version,
            name=queued.version.content.name,
            provider_id=queued.listing.provider_id,
            provider_name=queued.provider_name,
            findings=len(queued.version.findings),
        )


class ReviewedResponse(ListingResponse):
    """The listing after a step of its review, and the review."""

    review: ReviewItem

    @classmethod
    def of_review(cls, listing: Listing, version: ListingVersion, review: Review) -> Self:
        return cls(**dict(ListingResponse.of(listing, version)), review=ReviewItem.of(review))
