"""How staff works on changes of what was verified: the queue, the claim, the decision (3.1)."""

from datetime import datetime, timedelta
from uuid import UUID

from fastapi import APIRouter, Response

from services.registry.domain.errors import (
    ChangeClaimed,
    ChangeUnproven,
    IdentityBarred,
    OwnProvider,
    WrongChangeState,
    WrongStanding,
)
from services.registry.domain.profile_change import ChangeState
from services.registry.queries import profile_changes as queries
from services.registry.routes.access import DENIED, VERSIONED, CanDecide, CanSeeQueue, Knobs
from services.registry.routes.profile_changes import PATH, Answer, answer
from services.registry.schemas.applications import ObjectionsRequest
from services.registry.schemas.decisions import ReasonRequest
from services.registry.use_cases import profile_change_reviews as use_cases
from shared.errors import Invalid, NotFound
from shared.http.dependencies import Tx
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch
from shared.personal.http import Vaulted

router = APIRouter(tags=["registry"])
DECISION = (*DENIED, OwnProvider, NotFound, Invalid, WrongChangeState, ChangeClaimed, *VERSIONED)


@router.get(
    "/profile-changes",
    operation_id="list_waiting_profile_changes",
    response_model=PageOf[Answer],
    responses=problems(*DENIED, Invalid),
)
async def list_waiting_profile_changes(tx: Tx, caller: CanSeeQueue, paging: Paging) -> PageOf[Answer]:
    """What waits for staff: what is due first comes first."""
    after = paging.after and (datetime.fromisoformat(paging.after["due"]), UUID(paging.after["id"]))
    found = await queries.waiting(tx, after or None, paging.limit + 1)
    return paging.page(
        [Answer.of(one, for_staff=True) for one in found],
        lambda item: {"due": item.due_at.isoformat() if item.due_at else "", "id": str(item.change_id)},
    )


@router.post(f"{PATH}/claim", operation_id="claim_profile_change", response_model=Answer, responses=problems(*DECISION))
async def claim_profile_change(
    tx: Tx, caller: CanDecide, knobs: Knobs, response: Response, version: IfMatch, change_id: UUID
) -> Answer:
    """Nobody else decides until the lease is over. Claiming again prolongs it; after its end anybody takes over."""
    lease = timedelta(minutes=knobs.application_lease_minutes)
    return answer(response, caller, await use_cases.claim_change(tx, change_id, version, caller.subject, lease))


@router.post(
    f"{PATH}/release", operation_id="release_profile_change", response_model=Answer, responses=problems(*DECISION)
)
async def release_profile_change(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, change_id: UUID
) -> Answer:
    """An officer gives a claimed change back to the queue."""
    return answer(response, caller, await use_cases.release_change(tx, change_id, version, caller.subject))


@router.post(
    f"{PATH}/approval",
    operation_id="approve_profile_change",
    response_model=Answer,
    responses=problems(*DECISION, WrongStanding, ChangeUnproven, IdentityBarred),
)
async def approve_profile_change(
    tx: Tx, caller: CanDecide, vault: Vaulted, response: Response, version: IfMatch, change_id: UUID,
    body: ReasonRequest,
) -> Answer:  # fmt: skip
    """An officer has checked it against its documents and the public registers: it holds from now on."""
    change = await use_cases.approve_change(tx, vault, change_id, version, caller.subject, body.reason)
    return answer(response, caller, change)


@router.post(
    f"{PATH}/change-request", operation_id="request_profile_change_corrections", response_model=Answer,
    responses=problems(*DECISION),
)  # fmt: skip
async def request_profile_change_corrections(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, change_id: UUID, body: ObjectionsRequest
) -> Answer:
    """The provider corrects what is named, and submits it again."""
    then = ChangeState.CHANGES_REQUESTED
    change = await use_cases.turn_back_change(tx, change_id, version, caller.subject, then, body.told())
    return answer(response, caller, change)


@router.post(
    f"{PATH}/rejection", operation_id="reject_profile_change", response_model=Answer, responses=problems(*DECISION)
)
async def reject_profile_change(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, change_id: UUID, body: ObjectionsRequest
) -> Answer:
    """The change is refused for these reasons, and what holds stays."""
    then = ChangeState.REJECTED
    change = await use_cases.turn_back_change(tx, change_id, version, caller.subject, then, body.told())
    return answer(response, caller, change)
