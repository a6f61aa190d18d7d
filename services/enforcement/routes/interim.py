"""Interim measures (7.3): ordered while an expulsion is examined, and extended by a second officer."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.enforcement.domain.errors import (
    CaseDecided,
    InterimInForce,
    NoInterimMeasures,
    NotExtendable,
    SameOfficer,
)
from services.enforcement.routes.rights import CanDecide
from services.enforcement.schemas.requests import ExtensionRequest, InterimRequest
from services.enforcement.schemas.responses import InterimResponse, PenaltyResponse
from services.enforcement.use_cases.interim import extend_interim, order_interim
from shared.errors import Invalid, KeyReused, NotFound
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter(tags=["cases"])


@router.post(
    "/cases/{case_id}/interim-measures",
    operation_id="order_interim_measures",
    status_code=201,
    response_model=InterimResponse,
    responses=problems(Invalid, NotFound, CaseDecided, NoInterimMeasures, InterimInForce, KeyReused),
)
async def order_interim_measures(
    case_id: UUID, body: InterimRequest, caller: CanDecide, tx: Tx, once: Once
) -> Response:
    """They hit the provider with all its services and linked accounts, until the case is decided or they lapse."""
    if (kept := await once.kept()) is not None:
        return kept
    ordered = await order_interim(tx, case_id, body.measures, body.span, caller.subject, body.reason)
    return once.answer(201, InterimResponse.of(ordered), location=f"/v1/cases/{case_id}")


@router.post(
    "/penalties/{penalty_id}/extension",
    operation_id="extend_interim_measure",
    response_model=PenaltyResponse,
    responses=problems(Invalid, NotFound, NotExtendable, SameOfficer),
)
async def extend_interim_measure(
    penalty_id: UUID, body: ExtensionRequest, caller: CanDecide, tx: Tx, version: IfMatch, response: Response
) -> PenaltyResponse:
    """By another officer than the one who ordered or extended it last."""
    penalty = await extend_interim(tx, penalty_id, version, body.span, caller.subject, body.reason)
    response.headers["ETag"] = etag(penalty.version)
    return PenaltyResponse.model_validate(penalty)
