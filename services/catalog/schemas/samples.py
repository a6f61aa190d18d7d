"""The HTTP shapes of samples and of the reviewers' statistics."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.catalog.domain.sample import Sample, SampleState
from services.catalog.queries.review_statistics import Statistics
from services.catalog.queries.samples import SampledVersion
from services.catalog.schemas.listings import ContentItem
from services.catalog.schemas.reviews import Clause
from shared.http.fields import Reason


class SampleVerdictRequest(BaseModel):
    """Who disagrees with the approval names the clauses that the version breaks."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"agrees": False, "reason": "名称含绝对化用语", "clauses": ["6.1.2(3)"]}},
    )
    agrees: bool
    reason: Reason
    clauses: Annotated[list[Clause], Field(max_length=20)] = []


class SampleResponse(BaseModel):
    """`version` is the one for If-Match; `deciders` approved it."""

    sample_id: UUID
    review_id: UUID
    listing_id: UUID
    number: int
    provider_id: UUID
    deciders: list[str]
    opened_at: datetime
    state: SampleState
    reason: str
    clauses: list[str]
    decided_by: str
    decided_at: datetime | None
    version: int

    @classmethod
    def of(cls, sample: Sample) -> Self:
        return cls(**_stated(sample))


def _stated(sample: Sample) -> dict[str, object]:
    stated = {name: getattr(sample, name) for name in SampleResponse.model_fields}
    return stated | {"deciders": list(sample.deciders), "clauses": list(sample.clauses)}


class SampleItem(SampleResponse):
    """With the content that was approved; everything else about it is on the page of its review."""

    content: ContentItem

    @classmethod
    def of_version(cls, sampled: SampledVersion) -> Self:
        return cls(**_stated(sampled.sample), content=ContentItem.of(sampled.version))


class ReviewerItem(BaseModel):
    """What a reviewer did. Shares are 0..1 and null where there is nothing to divide by.

    `seconds` run from the submission to the decision; `overruled_share` is of the first approvals that another person
    had to confirm, `disagreed_share` of the approvals that were looked at once more.
    """

    reviewer: str
    decided: int
    approved: int
    changes_requested: int
    rejected: int
    median_seconds: float | None
    p90_seconds: float | None
    overdue_share: float | None
    first_approvals: int
    overruled_share: float | None
    sampled: int
    disagreed_share: float | None

    @classmethod
    def of(cls, made: Statistics) -> Self:
        stated = {name: getattr(made, name) for name in Statistics.__slots__ if name not in ("overruled", "disagreed")}
        return cls(
            **stated,
            overruled_share=made.overruled / made.first_approvals if made.first_approvals else None,
            disagreed_share=made.disagreed / made.sampled if made.sampled else None,
        )


class ReviewerStatisticsResponse(BaseModel):
    """Of the window `from` ≤ t < `until`."""

    from_: datetime = Field(serialization_alias="from")
    until: datetime
    items: list[ReviewerItem]
