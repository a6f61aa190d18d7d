"""Deciding together: one officer recommends what is grave, a second one approves it or gives it back."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.enforcement.domain.errors import (
    ActNotProven,
    CaseDecided,
    CauseContradicted,
    NotRecommended,
    SameOfficer,
    TargetUnknown,
)
from services.enforcement.routes.cases import answer
from services.enforcement.routes.rights import CanDecide
from services.enforcement.schemas.requests import ReasonRequest, RecommendationRequest
from services.enforcement.schemas.responses import CaseResponse, ViolationResponse
from services.enforcement.use_cases import confirmations
from shared.errors import Invalid, NotFound
from shared.http.dependencies import Tx
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter(prefix="/cases/{case_id}", tags=["cases"])


@router.post(
    "/recommendation",
    operation_id="recommend_confirmation",
    response_model=CaseResponse,
    responses=problems(Invalid, NotFound, CaseDecided, ActNotProven, CauseContradicted),
)
async def recommend_confirmation(
    case_id: UUID, body: RecommendationRequest, caller: CanDecide, tx: Tx, version: IfMatch, response: Response
) -> CaseResponse:
    """The act is proven and its measure grave; nothing takes hold until a second officer approves."""
    await confirmations.recommend_confirmation(tx, case_id, version, body.grounds(caller.subject), body.also)
    return await answer(tx, case_id, response)


@router.post(
    "/approval",
    operation_id="approve_confirmation",
    status_code=201,
    response_model=ViolationResponse,
    responses=problems(
        NotFound, NotRecommended, SameOfficer, CaseDecided, ActNotProven, CauseContradicted, TargetUnknown
    ),
)
async def approve_confirmation(
    case_id: UUID, body: ReasonRequest, caller: CanDecide, tx: Tx, version: IfMatch, response: Response
) -> ViolationResponse:
    """By another officer: the penalties take hold with this answer, and interim measures end."""
    violation, penalties = await confirmations.approve_confirmation(tx, case_id, version, caller.subject, body.reason)
    response.headers["ETag"] = etag(violation.version)
    response.headers["Location"] = f"/v1/violations/{violation.violation_id}"
    return ViolationResponse.of(violation, penalties)


@router.post(
    "/return",
    operation_id="return_recommendation",
    response_model=CaseResponse,
    responses=problems(NotFound, NotRecommended, SameOfficer),
)
async def return_recommendation(
    case_id: UUID, body: ReasonRequest, caller: CanDecide, tx: Tx, version: IfMatch, response: Response
) -> CaseResponse:
    """By another officer: the case is open again; interim measures stay."""
    await confirmations.return_recommendation(tx, case_id, version, caller.subject, body.reason)
    return await answer(tx, case_id, response)
