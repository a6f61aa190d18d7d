"""The HTTP shapes of a dry run of the screening."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.catalog.domain.screening.finding import Severity
from services.catalog.schemas.listings import FindingItem, ListingRequest
from services.catalog.use_cases.screening import Screened


class ScreeningRequest(ListingRequest):
    """A listing as it is being written. `listing_id` names the own listing that it changes, if it changes one."""

    listing_id: UUID | None = None
    look: bool = Field(default=False, description="Whether the callback address is called, which may take a moment.")


class ScreeningResponse(BaseModel):
    """In reading order. Nothing of it is kept; `can_be_submitted` is said of these findings alone."""

    findings: list[FindingItem]
    blocks: int
    warns: int
    advises: int
    can_be_submitted: bool
    rules_digest: str
    category_number: int

    @classmethod
    def of(cls, screened: Screened) -> Self:
        many = {grade: sum(1 for finding in screened.findings if finding.severity is grade) for grade in Severity}
        return cls(
            findings=[FindingItem.of(finding) for finding in screened.findings],
            **{grade.value: number for grade, number in many.items()},
            can_be_submitted=not many[Severity.BLOCKS],
            rules_digest=screened.rules_digest,
            category_number=screened.category_number,
        )
