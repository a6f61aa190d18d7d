"""How a provider leaves the market (7)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.registry.domain.errors import (
    AccountBlocked,
    ExitBlocked,
    ExitRunning,
    OwnProvider,
    WrongExitStatus,
    WrongStanding,
)
from services.registry.domain.exit import Exit, ExitKind, ExitStatus
from services.registry.queries import exits as queries
from services.registry.queries import providers as provider_queries
from services.registry.routes.access import DENIED, VERSIONED, CanApply, CanDecide, CanRead, only_of
from services.registry.schemas.decisions import ReasonRequest
from services.registry.schemas.exits import ExitResponse, ExitSummary
from services.registry.use_cases import exits as use_cases
from shared.db.transaction import Transaction
from shared.errors import Invalid, KeyRequired, KeyReused, NotFound
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter(tags=["registry"])
CanReadAll = Annotated[Caller, requires(Role.OFFICER, Role.AUDITOR)]


@router.post(
    "/providers/{provider_id}/exit",
    operation_id="request_exit",
    status_code=201,
    response_model=ExitResponse,
    responses=problems(*DENIED, KeyRequired, KeyReused, NotFound, Invalid, ExitRunning, WrongStanding, AccountBlocked),
)
async def request_exit(tx: Tx, caller: CanApply, once: Once, provider_id: UUID, body: ReasonRequest) -> Response:
    """The provider asks to leave. Nothing new is ordered or renewed from here on (7.3); what was bought goes on."""
    if (kept := await once.kept()) is not None:
        return kept
    leaving = await use_cases.request_exit(tx, provider_id, caller.subject, body.reason)
    await tx.session.flush()
    return once.answer(
        201,
        ExitResponse.seen(await queries.view(tx, leaving)),
        location=f"/v1/providers/{provider_id}/exit",
        headers={"etag": etag(leaving.version)},
    )


@router.get(
    "/providers/{provider_id}/exit",
    operation_id="read_exit",
    response_model=ExitResponse,
    responses=problems(*DENIED, NotFound, Invalid),
)
async def read_exit(tx: Tx, caller: CanRead, response: Response, provider_id: UUID) -> ExitResponse:
    """The exit under way or the last one: everything that it still waits for, by clause and with links."""
    await provider_queries.provider(tx, provider_id, only_of(caller))
    return await _answer(tx, response, await queries.current_exit(tx, provider_id))


@router.post(
    "/providers/{provider_id}/exit/withdrawal",
    operation_id="withdraw_exit",
    response_model=ExitResponse,
    responses=problems(*DENIED, NotFound, Invalid, WrongExitStatus, WrongStanding, AccountBlocked, *VERSIONED),
)
async def withdraw_exit(
    tx: Tx, caller: CanApply, response: Response, version: IfMatch, provider_id: UUID, body: ReasonRequest
) -> ExitResponse:
    """The provider stays after all. Only before the exit is accepted, for its users are told then."""
    leaving = await use_cases.withdraw_exit(tx, provider_id, caller.subject, version, body.reason)
    return await _answer(tx, response, leaving)


@router.post(
    "/providers/{provider_id}/exit/acceptance",
    operation_id="accept_exit",
    response_model=ExitResponse,
    responses=problems(*DENIED, OwnProvider, NotFound, Invalid, ExitBlocked, WrongExitStatus, *VERSIONED),
)
async def accept_exit(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, provider_id: UUID, body: ReasonRequest
) -> ExitResponse:
    """An officer lets the provider go. Refused while anything stands in the way; it is checked again here."""
    leaving = await use_cases.accept_exit(tx, provider_id, version, caller.subject, body.reason)
    return await _answer(tx, response, leaving)


@router.get(
    "/exits",
    operation_id="list_exits",
    response_model=PageOf[ExitSummary],
    responses=problems(*DENIED, Invalid),
)
async def list_exits(
    tx: Tx,
    caller: CanReadAll,
    paging: Paging,
    provider_id: Annotated[UUID | None, Query()] = None,
    kind: Annotated[ExitKind | None, Query()] = None,
    status: Annotated[ExitStatus | None, Query()] = None,
) -> PageOf[ExitSummary]:
    """Oldest request first."""
    after = paging.after and (datetime.fromisoformat(paging.after["at"]), UUID(paging.after["id"]))
    found = await queries.exits(tx, provider_id, kind, status, after or None, paging.limit + 1)
    return paging.page(
        [ExitSummary.of(leaving) for leaving in found],
        lambda item: {"at": item.requested_at.isoformat(), "id": str(item.exit_id)},
    )


async def _answer(tx: Transaction, response: Response, leaving: Exit) -> ExitResponse:
    response.headers["etag"] = etag(leaving.version)
    return ExitResponse.seen(await queries.view(tx, leaving))
