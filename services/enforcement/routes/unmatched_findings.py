"""What the catalog found and the rulebook has no act for: for people to see, so that nothing is dropped."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter

from services.enforcement import queries
from services.enforcement.routes.rights import CanDecide
from services.enforcement.schemas.responses import UnmatchedFindingResponse
from shared.errors import Invalid
from shared.http.dependencies import Tx
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems

router = APIRouter(tags=["reports"])


@router.get(
    "/unmatched-findings",
    operation_id="list_unmatched_findings",
    response_model=PageOf[UnmatchedFindingResponse],
    responses=problems(Invalid),
)
async def list_unmatched_findings(_: CanDecide, tx: Tx, paging: Paging) -> PageOf[UnmatchedFindingResponse]:
    """The newest first."""
    position = paging.after and (datetime.fromisoformat(paging.after["kept_at"]), UUID(paging.after["finding_id"]))
    rows = await queries.unmatched_findings(tx, position or None, paging.limit + 1)
    page = paging.page(rows, lambda row: {"kept_at": row.kept_at.isoformat(), "finding_id": row.finding_id})
    return PageOf(items=[UnmatchedFindingResponse.model_validate(row) for row in page.items], next=page.next)
