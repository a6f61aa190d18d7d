"""Reporting an act."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.enforcement import queries
from services.enforcement.domain.errors import NoRulebook, NotReportable, UnknownAct
from services.enforcement.routes.rights import CanReport
from services.enforcement.schemas.requests import ReportRequest
from services.enforcement.schemas.responses import ReportResponse
from services.enforcement.use_cases.reports import report_act
from shared.errors import Invalid, KeyReused, NotFound
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.problems import problems

router = APIRouter(tags=["reports"])


@router.post(
    "/reports",
    operation_id="report_act",
    status_code=201,
    response_model=ReportResponse,
    responses=problems(Invalid, UnknownAct, NotReportable, NoRulebook, NotFound, KeyReused),
)
async def post_report(body: ReportRequest, caller: CanReport, tx: Tx, once: Once) -> Response:
    """Opens a case, or joins the one that is open about the same act and subject."""
    if (kept := await once.kept()) is not None:
        return kept
    report, case = await report_act(tx, caller.subject, body.allegation())
    return once.answer(201, ReportResponse.of(report, case), location=f"/v1/reports/{report.report_id}")


@router.get(
    "/reports/{report_id}",
    operation_id="get_report",
    response_model=ReportResponse,
    responses=problems(NotFound),
)
async def get_report(report_id: UUID, caller: CanReport, tx: Tx) -> ReportResponse:
    """The caller's own report, and what became of its case."""
    return ReportResponse.of(*await queries.report(tx, report_id, caller.subject))
