"""How staff moves an approved listing to another category: one proposes, another one decides (4.2)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from services.catalog import store
from services.catalog.domain.errors import (
    ListingRetired,
    MoveDecided,
    MoveProposed,
    NeverPublished,
    OwnProvider,
    SecondReviewerNeeded,
)
from services.catalog.schemas.moves import MoveDecision, MoveDecisionRequest, MoveRequest, MoveResponse
from services.catalog.use_cases import moves as use_cases
from shared.errors import (
    Forbidden,
    Invalid,
    KeyRequired,
    KeyReused,
    NotFound,
    StaleVersion,
    Unauthenticated,
    VersionRequired,
)
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter()

CanMove = Annotated[Caller, requires(Role.REVIEWER, Role.OFFICER)]
CanRead = Annotated[Caller, requires(Role.REVIEWER, Role.OFFICER, Role.AUDITOR)]
_DENIED = (Unauthenticated, Forbidden)


@router.post(
    "/listings/{listing_id}/category",
    operation_id="propose_move",
    status_code=201,
    response_model=MoveResponse,
    responses=problems(
        *_DENIED, KeyRequired, KeyReused, NotFound, Invalid, OwnProvider, ListingRetired, MoveProposed, NeverPublished
    ),
)
async def propose_move(tx: Tx, caller: CanMove, once: Once, listing_id: UUID, body: MoveRequest) -> Response:
    """Proposes to move the listing. It stays where it is until another person confirms."""
    if (kept := await once.kept()) is not None:
        return kept
    move = await use_cases.propose_move(
        tx, listing_id, caller.subject, body.category, body.reason, is_misplacement=body.is_misplacement
    )
    return once.answer(
        201, MoveResponse.of(move), location=f"/v1/moves/{move.move_id}", headers={"etag": etag(move.version)}
    )


@router.get(
    "/moves", operation_id="list_moves", response_model=PageOf[MoveResponse], responses=problems(*_DENIED, Invalid)
)
async def list_moves(tx: Tx, caller: CanRead, paging: Paging) -> PageOf[MoveResponse]:
    """What waits for a second person, the oldest first."""
    after = UUID(paging.after["id"]) if paging.after else None
    found = await store.proposed_moves(tx, after, paging.limit + 1)
    return paging.page([MoveResponse.of(move) for move in found], lambda item: {"id": str(item.move_id)})


@router.get(
    "/moves/{move_id}",
    operation_id="read_move",
    response_model=MoveResponse,
    responses=problems(*_DENIED, NotFound, Invalid),
)
async def read_move(tx: Tx, caller: CanRead, response: Response, move_id: UUID) -> MoveResponse:
    """One move, and the ETag for its decision."""
    move = await store.move(tx, move_id)
    response.headers["etag"] = etag(move.version)
    return MoveResponse.of(move)


@router.post(
    "/moves/{move_id}/decision",
    operation_id="decide_move",
    response_model=MoveResponse,
    responses=problems(
        *_DENIED,
        NotFound,
        Invalid,
        OwnProvider,
        SecondReviewerNeeded,
        ListingRetired,
        NeverPublished,
        MoveDecided,
        VersionRequired,
        StaleVersion,
    ),
)
async def decide_move(
    tx: Tx, caller: CanMove, response: Response, version: IfMatch, move_id: UUID, body: MoveDecisionRequest
) -> MoveResponse:
    """Confirms it, which moves the listing at once, or declines it. Whoever proposed it may only take it back."""
    decide = use_cases.confirm_move if body.decision is MoveDecision.CONFIRM else use_cases.decline_move
    move = await decide(tx, move_id, version, caller.subject, body.reason)
    response.headers["etag"] = etag(move.version)
    return MoveResponse.of(move)
