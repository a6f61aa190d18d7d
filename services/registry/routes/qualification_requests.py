"""Requests for a category's qualification: put forward by providers, claimed and decided by officers (3.2, 8.1)."""

from datetime import datetime, timedelta
from uuid import UUID

from fastapi import APIRouter, Response

from services.registry.domain.errors import (
    AccountBlocked,
    NoRequirement,
    OwnProvider,
    ProofsLacking,
    RequestClaimed,
    RequestPending,
    WrongRequestState,
    WrongStanding,
)
from services.registry.domain.qualification_request import QualificationRequest, RequestState
from services.registry.queries import providers
from services.registry.queries import qualification_requests as queries
from services.registry.routes.access import (
    DENIED,
    STAFF,
    VERSIONED,
    CanApply,
    CanDecide,
    CanReadProfile,
    CanSeeQueue,
    Knobs,
    only_of,
)
from services.registry.schemas.decisions import ReasonRequest
from services.registry.schemas.qualification_requests import (
    GrantDecisionRequest,
    ProofsRequest,
    QualificationRequestForm,
    QualificationRequestResponse,
)
from services.registry.use_cases import qualification_requests as use_cases
from shared.errors import Invalid, KeyRequired, KeyReused, NotFound
from shared.http.auth import Caller
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter(tags=["registry"])
Answer = QualificationRequestResponse
CHANGE = (*DENIED, NotFound, Invalid, WrongRequestState, *VERSIONED)
DECISION = (*CHANGE, OwnProvider, RequestClaimed)
PATH = "/qualification-requests/{request_id}"


@router.post(
    "/providers/{provider_id}/qualification-requests",
    operation_id="request_qualification",
    status_code=201,
    response_model=Answer,
    responses=problems(
        *DENIED, KeyRequired, KeyReused, NotFound, Invalid, NoRequirement, ProofsLacking, RequestPending,
        WrongStanding, AccountBlocked,
    ),
)  # fmt: skip
async def request_qualification(
    tx: Tx, caller: CanApply, once: Once, provider_id: UUID, body: QualificationRequestForm
) -> Response:
    """With all that the category asks for. While one is held, this asks for its renewal."""
    if (kept := await once.kept()) is not None:
        return kept
    request = await use_cases.request_qualification(tx, provider_id, caller.subject, body.category, body.put_forward())
    return once.answer(
        201,
        Answer.of(request, for_staff=False),
        location=f"/v1/qualification-requests/{request.request_id}",
        headers={"etag": etag(request.version)},
    )


@router.get(
    "/providers/{provider_id}/qualification-requests",
    operation_id="list_qualification_requests",
    response_model=PageOf[Answer],
    responses=problems(*DENIED, NotFound, Invalid),
)
async def list_qualification_requests(
    tx: Tx, caller: CanReadProfile, paging: Paging, provider_id: UUID
) -> PageOf[Answer]:
    """What the provider has requested, oldest first."""
    await providers.provider(tx, provider_id, only_of(caller))
    after = UUID(paging.after["id"]) if paging.after else None
    found = await queries.requests_of(tx, provider_id, after, paging.limit + 1)
    return paging.page(
        [Answer.of(one, for_staff=caller.has(*STAFF)) for one in found], lambda item: {"id": str(item.request_id)}
    )


@router.get(
    "/qualification-requests",
    operation_id="list_waiting_qualification_requests",
    response_model=PageOf[Answer],
    responses=problems(*DENIED, Invalid),
)
async def list_waiting_qualification_requests(tx: Tx, caller: CanSeeQueue, paging: Paging) -> PageOf[Answer]:
    """What waits for staff: who came first comes first."""
    after = paging.after and (datetime.fromisoformat(paging.after["at"]), UUID(paging.after["id"]))
    found = await queries.waiting(tx, after or None, paging.limit + 1)
    return paging.page(
        [Answer.of(one, for_staff=True) for one in found],
        lambda item: {"at": item.requested_at.isoformat(), "id": str(item.request_id)},
    )


@router.get(
    PATH, operation_id="get_qualification_request", response_model=Answer,
    responses=problems(*DENIED, NotFound, Invalid),
)  # fmt: skip
async def get_qualification_request(tx: Tx, caller: CanReadProfile, response: Response, request_id: UUID) -> Answer:
    """One request, for its provider and for officers."""
    return _answer(response, caller, await queries.request(tx, request_id, only_of(caller)))


@router.put(
    PATH, operation_id="correct_qualification_request", response_model=Answer,
    responses=problems(*CHANGE, NoRequirement, ProofsLacking, AccountBlocked),
)  # fmt: skip
async def correct_qualification_request(
    tx: Tx, caller: CanApply, response: Response, version: IfMatch, request_id: UUID, body: ProofsRequest
) -> Answer:
    """After changes were asked for, it is put forward again."""
    request = await use_cases.correct_request(tx, request_id, version, caller.subject, body.put_forward())
    return _answer(response, caller, request)


@router.post(
    f"{PATH}/withdrawal", operation_id="withdraw_qualification_request", response_model=Answer,
    responses=problems(*CHANGE),
)  # fmt: skip
async def withdraw_qualification_request(
    tx: Tx, caller: CanApply, response: Response, version: IfMatch, request_id: UUID
) -> Answer:
    """The provider no longer wants it. Another one may be requested."""
    return _answer(response, caller, await use_cases.withdraw_request(tx, request_id, version, caller.subject))


@router.post(
    f"{PATH}/claim", operation_id="claim_qualification_request", response_model=Answer, responses=problems(*DECISION)
)
async def claim_qualification_request(
    tx: Tx, caller: CanDecide, knobs: Knobs, response: Response, version: IfMatch, request_id: UUID
) -> Answer:
    """Nobody else decides until the lease is over. Claiming again prolongs it; after its end anybody takes over."""
    lease = timedelta(minutes=knobs.application_lease_minutes)
    return _answer(response, caller, await use_cases.claim_request(tx, request_id, version, caller.subject, lease))


@router.post(
    f"{PATH}/release", operation_id="release_qualification_request", response_model=Answer,
    responses=problems(*DECISION),
)  # fmt: skip
async def release_qualification_request(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, request_id: UUID
) -> Answer:
    """An officer gives a claimed request back to the queue."""
    return _answer(response, caller, await use_cases.release_request(tx, request_id, version, caller.subject))


@router.post(
    f"{PATH}/grant", operation_id="grant_qualification_request", response_model=Answer,
    responses=problems(*DECISION, NoRequirement, ProofsLacking, WrongStanding),
)  # fmt: skip
async def grant_qualification_request(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, request_id: UUID, body: GrantDecisionRequest
) -> Answer:
    """The category is open until the first of the documents ends, or earlier if said so."""
    request = await use_cases.grant_request(tx, request_id, version, caller.subject, body.expires_at, body.reason)
    return _answer(response, caller, request)


@router.post(
    f"{PATH}/change-request", operation_id="request_qualification_changes", response_model=Answer,
    responses=problems(*DECISION),
)  # fmt: skip
async def request_qualification_changes(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, request_id: UUID, body: ReasonRequest
) -> Answer:
    """The provider corrects what the reason names, and puts it forward again."""
    then = RequestState.CHANGES_REQUESTED
    request = await use_cases.turn_back_request(tx, request_id, version, caller.subject, then, body.reason)
    return _answer(response, caller, request)


@router.post(
    f"{PATH}/rejection", operation_id="reject_qualification_request", response_model=Answer,
    responses=problems(*DECISION),
)  # fmt: skip
async def reject_qualification_request(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, request_id: UUID, body: ReasonRequest
) -> Answer:
    """The request is refused for this reason. Once it is gone, another one may be made."""
    then = RequestState.REJECTED
    request = await use_cases.turn_back_request(tx, request_id, version, caller.subject, then, body.reason)
    return _answer(response, caller, request)


def _answer(response: Response, caller: Caller, request: QualificationRequest) -> Answer:
    response.headers["etag"] = etag(request.version)
    return Answer.of(request, for_staff=caller.has(*STAFF))
