"""How the reviewers' work went."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from services.catalog.queries.review_statistics import statistics
from services.catalog.schemas.samples import ReviewerItem, ReviewerStatisticsResponse
from shared.errors import Forbidden, Invalid, Unauthenticated
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.fields import Instant
from shared.http.problems import problems

router = APIRouter()

CanRead = Annotated[Caller, requires(Role.REVIEWER, Role.OFFICER, Role.AUDITOR)]
_USUAL, _MOST = timedelta(days=30), timedelta(days=366)


@router.get(
    "/reviewers/statistics",
    operation_id="show_reviewer_statistics",
    response_model=ReviewerStatisticsResponse,
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def show_reviewer_statistics(
    tx: Tx,
    caller: CanRead,
    from_: Annotated[Instant | None, Query(alias="from", description="Thirty days before `until`.")] = None,
    until: Annotated[Instant | None, Query(description="Now.")] = None,
) -> ReviewerStatisticsResponse:
    """By reviewer, within at most 366 days. A reviewer sees its own, officers and auditors see all."""
    end = until or tx.now
    start = from_ or end - _USUAL
    if not timedelta(0) < end - start <= _MOST:
        raise Invalid(
            "The window is not one of at most 366 days",
            errors=[{"pointer": "/from", "in": "query", "message": "lies before `until`, by at most 366 days"}],
        )
    only_of = None if caller.has(Role.OFFICER, Role.AUDITOR) else caller.subject
    found = await statistics(tx, start, end, only_of)
    return ReviewerStatisticsResponse(from_=start, until=end, items=[ReviewerItem.of(made) for made in found])
