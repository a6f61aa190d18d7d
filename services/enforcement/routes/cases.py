"""The officers' queue: opening a case, and deciding one alone."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from services.enforcement import queries
from services.enforcement.domain.case import CaseKind, CaseStatus
from services.enforcement.domain.errors import (
    ActNotProven,
    CaseDecided,
    CaseOpenAlready,
    CauseContradicted,
    ExpelledAlready,
    NeedsApproval,
    NoRulebook,
    NotExpellable,
    NotReportable,
    TargetUnknown,
    UnknownAct,
)
from services.enforcement.routes.rights import CanDecide
from services.enforcement.schemas.requests import CaseRequest, ConfirmationRequest, ReasonRequest
from services.enforcement.schemas.responses import CaseResponse, CaseSummary, ViolationResponse
from services.enforcement.use_cases.cases import dismiss_case as dismiss
from services.enforcement.use_cases.cases import investigate
from services.enforcement.use_cases.confirmations import confirm_violation
from shared.db.transaction import Transaction
from shared.errors import Invalid, KeyReused, NotFound
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter(prefix="/cases", tags=["cases"])


@router.get("", operation_id="list_cases", response_model=PageOf[CaseSummary])
async def list_cases(
    _: CanDecide,
    tx: Tx,
    paging: Paging,
    status: CaseStatus | None = None,
    listing_id: UUID | None = None,
    provider_id: UUID | None = None,
    kind: CaseKind | None = None,
) -> PageOf[CaseSummary]:
    """The newest first."""
    after = UUID(paging.after["case_id"]) if paging.after else None
    found = await queries.cases(tx, after, paging.limit + 1, status, listing_id, provider_id, kind)
    page = paging.page(found, lambda case: {"case_id": case.case_id})
    return PageOf(items=[CaseSummary.model_validate(case) for case in page.items], next=page.next)


async def whole_case(tx: Transaction, case_id: UUID) -> CaseResponse:
    return CaseResponse.of(
        await queries.case(tx, case_id),
        await queries.interim_of(tx, case_id),
        await queries.reports_of(tx, case_id),
        await queries.decisions_of(tx, case_id),
    )


async def answer(tx: Transaction, case_id: UUID, response: Response) -> CaseResponse:
    case = await whole_case(tx, case_id)
    response.headers["ETag"] = etag(case.version)
    return case


@router.post(
    "",
    operation_id="open_case",
    status_code=201,
    response_model=CaseResponse,
    responses=problems(
        Invalid,
        UnknownAct,
        NotReportable,
        NotExpellable,
        NoRulebook,
        NotFound,
        CaseOpenAlready,
        ExpelledAlready,
        KeyReused,
    ),
)
async def open_case(body: CaseRequest, caller: CanDecide, tx: Tx, once: Once) -> Response:
    """After an investigation: about a violation, or about the expulsion of a provider (7.2)."""
    if (kept := await once.kept()) is not None:
        return kept
    case = await investigate(tx, caller.subject, body.charge())
    opened = await whole_case(tx, case.case_id)
    location = f"/v1/cases/{case.case_id}"
    return once.answer(201, opened, location=location, headers={"etag": etag(case.version)})


@router.get("/{case_id}", operation_id="get_case", response_model=CaseResponse, responses=problems(NotFound))
async def get_case(case_id: UUID, _: CanDecide, tx: Tx, response: Response) -> CaseResponse:
    return await answer(tx, case_id, response)


@router.post(
    "/{case_id}/confirmation",
    operation_id="confirm_violation",
    status_code=201,
    response_model=ViolationResponse,
    responses=problems(NotFound, CaseDecided, NeedsApproval, ActNotProven, CauseContradicted, TargetUnknown),
)
async def confirm_case(
    case_id: UUID, body: ConfirmationRequest, caller: CanDecide, tx: Tx, version: IfMatch, response: Response
) -> ViolationResponse:
    """The act is proven: the violation stands and its penalties take hold with this answer.

    A grave measure, such as an expulsion, is recommended by one officer and approved by a second one instead.
    """
    violation, penalties = await confirm_violation(tx, case_id, version, body.grounds(caller.subject))
    response.headers["ETag"] = etag(violation.version)
    response.headers["Location"] = f"/v1/violations/{violation.violation_id}"
    return ViolationResponse.of(violation, penalties)


@router.post(
    "/{case_id}/dismissal",
    operation_id="dismiss_case",
    response_model=CaseResponse,
    responses=problems(NotFound, CaseDecided),
)
async def dismiss_case(
    case_id: UUID, body: ReasonRequest, caller: CanDecide, tx: Tx, version: IfMatch, response: Response
) -> CaseResponse:
    """Nothing is held against the provider."""
    await dismiss(tx, case_id, version, caller.subject, body.reason)
    return await answer(tx, case_id, response)
