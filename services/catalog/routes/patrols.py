"""Patrols over what is live: how far they are and what they found."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from services.catalog.domain.errors import PatrolRunning
from services.catalog.queries import patrols as queries
from services.catalog.schemas.patrols import PatrolFindingItem, PatrolRequest, PatrolResponse
from services.catalog.use_cases import patrol as use_cases
from shared.errors import Forbidden, Invalid, KeyRequired, KeyReused, NotFound, Unauthenticated
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems

router = APIRouter()

CanRead = Annotated[Caller, requires(Role.REVIEWER, Role.OFFICER, Role.AUDITOR)]
CanStart = Annotated[Caller, requires(Role.REVIEWER, Role.OFFICER)]
_DENIED = (Unauthenticated, Forbidden)


@router.post(
    "/patrols",
    operation_id="start_patrol",
    status_code=201,
    response_model=PatrolResponse,
    responses=problems(*_DENIED, KeyRequired, KeyReused, Invalid, PatrolRunning),
)
async def start_patrol(tx: Tx, caller: CanStart, once: Once, body: PatrolRequest) -> Response:
    """Everything that is live is screened again. A change of words or detectors starts one by itself."""
    if (kept := await once.kept()) is not None:
        return kept
    patrol = await use_cases.start_patrol(tx, caller.subject, body.reason)
    return once.answer(201, PatrolResponse.of(patrol), location=f"/v1/patrols/{patrol.patrol_id}")


@router.get(
    "/patrols",
    operation_id="list_patrols",
    response_model=PageOf[PatrolResponse],
    responses=problems(*_DENIED, Invalid),
)
async def list_patrols(tx: Tx, caller: CanRead, paging: Paging) -> PageOf[PatrolResponse]:
    """The newest first."""
    at = paging.after
    before = (datetime.fromisoformat(at["at"]), UUID(at["id"])) if at else None
    found = await queries.patrols(tx, before, paging.limit + 1)
    return paging.page(
        [PatrolResponse.of(patrol) for patrol in found],
        lambda item: {"at": item.started_at.isoformat(), "id": str(item.patrol_id)},
    )


@router.get(
    "/patrols/{patrol_id}",
    operation_id="read_patrol",
    response_model=PatrolResponse,
    responses=problems(*_DENIED, NotFound, Invalid),
)
async def read_patrol(tx: Tx, caller: CanRead, patrol_id: UUID) -> PatrolResponse:
    """How far it is."""
    return PatrolResponse.of(await queries.patrol(tx, patrol_id))


@router.get(
    "/patrols/{patrol_id}/findings",
    operation_id="list_patrol_findings",
    response_model=PageOf[PatrolFindingItem],
    responses=problems(*_DENIED, NotFound, Invalid),
)
async def list_patrol_findings(tx: Tx, caller: CanRead, patrol_id: UUID, paging: Paging) -> PageOf[PatrolFindingItem]:
    """What it found first, by listing: neither the submission nor an earlier patrol had it."""
    at = paging.after
    after = (UUID(at["listing"]), str(at["mark"])) if at else None
    found = await queries.findings(tx, patrol_id, after, paging.limit + 1)
    return paging.page(
        [PatrolFindingItem.of(one) for one in found],
        lambda item: {"listing": str(item.listing_id), "mark": item.fingerprint},
    )
