"""Violations as the provider and the officers see them, and appealing against one."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.enforcement import queries
from services.enforcement.domain.errors import NotAppealable
from services.enforcement.routes.rights import CanAppeal, CanRead, readable_providers
from services.enforcement.schemas.requests import AppealRequest
from services.enforcement.schemas.responses import AppealResponse, ViolationResponse, ViolationSummary
from services.enforcement.use_cases.appeals import file_appeal
from shared.errors import KeyReused, NotFound
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import etag

router = APIRouter(prefix="/violations", tags=["violations"])


@router.get("", operation_id="list_violations", response_model=PageOf[ViolationSummary])
async def list_violations(
    caller: CanRead, tx: Tx, paging: Paging, listing_id: UUID | None = None, provider_id: UUID | None = None
) -> PageOf[ViolationSummary]:
    """The newest first: an officer sees all, a provider its own."""
    after = UUID(paging.after["violation_id"]) if paging.after else None
    whose = await readable_providers(tx, caller)
    found = await queries.violations(tx, after, paging.limit + 1, whose, listing_id, provider_id)
    page = paging.page(found, lambda violation: {"violation_id": violation.violation_id})
    return PageOf(items=[ViolationSummary.model_validate(item) for item in page.items], next=page.next)


@router.get(
    "/{violation_id}", operation_id="get_violation", response_model=ViolationResponse, responses=problems(NotFound)
)
async def get_violation(violation_id: UUID, caller: CanRead, tx: Tx) -> ViolationResponse:
    """A linked account that it hits reads it too, with the penalties on itself."""
    whose = await readable_providers(tx, caller)
    violation = await queries.violation(tx, violation_id, whose)
    return ViolationResponse.of(violation, await queries.penalties_of(tx, violation_id, whose))


@router.post(
    "/{violation_id}/appeals",
    operation_id="file_appeal",
    status_code=201,
    response_model=AppealResponse,
    responses=problems(NotFound, NotAppealable, KeyReused),
)
async def post_appeal(violation_id: UUID, body: AppealRequest, caller: CanAppeal, tx: Tx, once: Once) -> Response:
    """One appeal per violation, within the rulebook's window. The penalties stay until it is decided."""
    if (kept := await once.kept()) is not None:
        return kept
    appeal = await file_appeal(tx, violation_id, caller.subject, body.text)
    location = f"/v1/appeals/{appeal.appeal_id}"
    return once.answer(201, AppealResponse.of(appeal), location=location, headers={"etag": etag(appeal.version)})
