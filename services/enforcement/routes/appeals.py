"""Appeals, and deciding one."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.enforcement import queries
from services.enforcement.domain.appeal import AppealStatus
from services.enforcement.domain.errors import AppealAlreadyDecided, SameOfficer
from services.enforcement.routes.rights import CanDecide, CanRead, readable_providers
from services.enforcement.schemas.requests import AppealDecisionRequest
from services.enforcement.schemas.responses import AppealResponse
from services.enforcement.use_cases.appeals import decide_appeal as decide
from shared.errors import NotFound
from shared.http.dependencies import Tx
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter(prefix="/appeals", tags=["appeals"])


@router.get("", operation_id="list_appeals", response_model=PageOf[AppealResponse])
async def list_appeals(
    caller: CanRead, tx: Tx, paging: Paging, status: AppealStatus | None = None
) -> PageOf[AppealResponse]:
    """The newest first: an officer sees all, a provider its own."""
    after = UUID(paging.after["appeal_id"]) if paging.after else None
    found = await queries.appeals(tx, after, paging.limit + 1, await readable_providers(tx, caller), status)
    page = paging.page(found, lambda appeal: {"appeal_id": appeal.appeal_id})
    return PageOf(items=[AppealResponse.of(item) for item in page.items], next=page.next)


@router.get("/{appeal_id}", operation_id="get_appeal", response_model=AppealResponse, responses=problems(NotFound))
async def get_appeal(appeal_id: UUID, caller: CanRead, tx: Tx, response: Response) -> AppealResponse:
    appeal = await queries.appeal(tx, appeal_id, await readable_providers(tx, caller))
    response.headers["ETag"] = etag(appeal.version)
    return AppealResponse.of(appeal)


@router.post(
    "/{appeal_id}/decision",
    operation_id="decide_appeal",
    response_model=AppealResponse,
    responses=problems(NotFound, AppealAlreadyDecided, SameOfficer),
)
async def decide_appeal(
    appeal_id: UUID, body: AppealDecisionRequest, caller: CanDecide, tx: Tx, version: IfMatch, response: Response
) -> AppealResponse:
    """By another officer than the one who confirmed. An overturned violation takes exactly its penalties along."""
    appeal = await decide(tx, appeal_id, version, caller.subject, body.outcome, body.reason)
    response.headers["ETag"] = etag(appeal.version)
    return AppealResponse.of(appeal)
