"""The HTTP shapes of the page of one review."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.catalog.domain.diff import Difference, Span
from services.catalog.domain.review import Decision
from services.catalog.queries.review_pages import LikeDecision, ReviewPage
from services.catalog.schemas.categories import CategoryItem
from services.catalog.schemas.listings import ContentItem, FindingItem
from services.catalog.schemas.reviews import ReviewItem
from shared.contracts.effects import Cause


class SpanItem(BaseModel):
    start: int
    end: int

    @classmethod
    def of(cls, span: Span) -> Self:
        return cls(start=span.start, end=span.end)


class DifferenceItem(BaseModel):
    """One field that is not as it was; null: it is not there. A plan's fields are named `plans[its id].price_fen`.

    `removed` are positions in `old`, `added` in `new`, in code points and half-open; without any, all of it changed.
    """

    field: str
    old: str | None
    new: str | None
    removed: list[SpanItem]
    added: list[SpanItem]

    @classmethod
    def of(cls, found: Difference) -> Self:
        return cls(
            field=found.field,
            old=found.old,
            new=found.new,
            removed=[SpanItem.of(span) for span in found.removed],
            added=[SpanItem.of(span) for span in found.added],
        )


class PenaltyItem(BaseModel):
    """A penalty in force on the listing; `is_answered`: the version says that it puts it right."""

    penalty_id: UUID
    decision_id: UUID
    measure: str
    clause: str
    from_: datetime = Field(serialization_alias="from")
    until: datetime | None
    is_answered: bool

    @classmethod
    def of(cls, cause: Cause, answers: tuple[UUID, ...]) -> Self:
        return cls(
            penalty_id=cause.penalty_id,
            decision_id=cause.decision_id,
            measure=cause.measure,
            clause=cause.clause,
            from_=cause.from_,
            until=cause.until,
            is_answered=cause.penalty_id in answers,
        )


class LikeDecisionItem(BaseModel):
    """A decision about something like it. `marks` are the detectors and clauses that both have."""

    review_id: UUID
    listing_id: UUID
    number: int
    name: str
    decision: Decision
    reason: str
    clauses: list[str]
    decided_at: datetime
    marks: list[str]
    is_similar: bool = Field(description="The screening found the texts or the logos similar.")

    @classmethod
    def of(cls, like: LikeDecision) -> Self:
        stated = {name: getattr(like, name) for name in LikeDecision.__slots__}
        return cls(**stated | {"clauses": list(like.clauses), "marks": list(like.marks)})


class ReviewPageResponse(BaseModel):
    """`version` is the one for If-Match; `base` is what `content` is compared with, null for a first version."""

    review: ReviewItem
    version: int
    provider_id: UUID
    provider_name: str
    content: ContentItem
    findings: list[FindingItem]
    base: ContentItem | None
    differences: list[DifferenceItem]
    category: CategoryItem | None = Field(description="With its rules as they are in force now.")
    category_number: int = Field(description="The version of the category that the screening used.")
    penalties: list[PenaltyItem]
    history: list[ReviewItem] = Field(description="Of earlier versions, the newest first.")
    similar_decisions: list[LikeDecisionItem]

    @classmethod
    def of(cls, page: ReviewPage) -> Self:
        return cls(
            review=ReviewItem.of(page.review),
            version=page.listing.version,
            provider_id=page.review.provider_id,
            provider_name=page.provider_name,
            content=ContentItem.of(page.version),
            findings=[FindingItem.of(finding) for finding in page.version.findings],
            base=ContentItem.of(page.base) if page.base is not None else None,
            differences=[DifferenceItem.of(found) for found in page.differences],
            category=CategoryItem.of(page.category) if page.category is not None else None,
            category_number=page.version.category_number,
            penalties=[PenaltyItem.of(cause, page.version.answers) for cause in page.penalties],
            history=[ReviewItem.of(review) for review in page.history],
            similar_decisions=[LikeDecisionItem.of(like) for like in page.like],
        )
