"""Penalties, and lifting one."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.enforcement import queries
from services.enforcement.domain.errors import NotLiftable, PenaltyEnded
from services.enforcement.routes.rights import CanDecide, CanRead, readable_providers
from services.enforcement.schemas.requests import ReasonRequest
from services.enforcement.schemas.responses import PenaltyResponse
from services.enforcement.use_cases.penalties import lift_penalty as lift
from shared.errors import NotFound
from shared.http.dependencies import Tx
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter(prefix="/penalties", tags=["penalties"])


@router.get("", operation_id="list_penalties", response_model=PageOf[PenaltyResponse])
async def list_penalties(
    caller: CanRead, tx: Tx, paging: Paging, listing_id: UUID | None = None, provider_id: UUID | None = None
) -> PageOf[PenaltyResponse]:
    """The newest first: an officer sees all, a provider its own."""
    after = UUID(paging.after["penalty_id"]) if paging.after else None
    whose = await readable_providers(tx, caller)
    found = await queries.penalties(tx, after, paging.limit + 1, whose, listing_id, provider_id)
    page = paging.page(found, lambda penalty: {"penalty_id": penalty.penalty_id})
    return PageOf(items=[PenaltyResponse.model_validate(item) for item in page.items], next=page.next)


@router.get("/{penalty_id}", operation_id="get_penalty", response_model=PenaltyResponse, responses=problems(NotFound))
async def get_penalty(penalty_id: UUID, caller: CanRead, tx: Tx, response: Response) -> PenaltyResponse:
    penalty = await queries.penalty(tx, penalty_id, await readable_providers(tx, caller))
    response.headers["ETag"] = etag(penalty.version)
    return PenaltyResponse.model_validate(penalty)


@router.post(
    "/{penalty_id}/lift",
    operation_id="lift_penalty",
    response_model=PenaltyResponse,
    responses=problems(NotFound, PenaltyEnded, NotLiftable),
)
async def lift_penalty(
    penalty_id: UUID, body: ReasonRequest, caller: CanDecide, tx: Tx, version: IfMatch, response: Response
) -> PenaltyResponse:
    """Ends this one penalty early; others on the same target stay."""
    penalty = await lift(tx, penalty_id, version, caller.subject, body.reason)
    response.headers["ETag"] = etag(penalty.version)
    return PenaltyResponse.model_validate(penalty)
