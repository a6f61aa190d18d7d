"""How staff works on applications: the queue, the claim, the verification, the decision (3.1)."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.registry.domain.errors import (
    ApplicationClaimed,
    IdentityBarred,
    NotAdmissible,
    OwnProvider,
    WrongApplicationState,
    WrongStanding,
)
from services.registry.queries import providers as queries
from services.registry.routes.access import DENIED, VERSIONED, CanDecide, CanSeeQueue, Knobs, answer_with
from services.registry.schemas.applications import ObjectionsRequest, QueuedItem, VerificationRequest
from services.registry.schemas.decisions import ReasonRequest
from services.registry.schemas.providers import ProviderResponse
from services.registry.use_cases import reviews as use_cases
from shared.errors import Invalid, NotFound
from shared.http.dependencies import Tx
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch
from shared.personal.http import Vaulted

router = APIRouter(tags=["registry"])
DECISION = (*DENIED, OwnProvider, NotFound, Invalid, WrongApplicationState, ApplicationClaimed, *VERSIONED)


@router.get(
    "/applications",
    operation_id="list_applications",
    response_model=PageOf[QueuedItem],
    responses=problems(*DENIED, Invalid),
)
async def list_applications(
    tx: Tx, caller: CanSeeQueue, paging: Paging, unclaimed: Annotated[bool, Query()] = False
) -> PageOf[QueuedItem]:
    """What waits for staff: what is due first comes first."""
    after = paging.after and (datetime.fromisoformat(paging.after["due"]), UUID(paging.after["id"]))
    found = await queries.queue(tx, tx.now if unclaimed else None, after or None, paging.limit + 1)
    return paging.page(
        [QueuedItem.of(application, legal_name) for application, legal_name in found],
        lambda item: {"due": item.due_at.isoformat(), "id": str(item.provider_id)},
    )


@router.post(
    "/applications/{provider_id}/claim",
    operation_id="claim_application",
    response_model=ProviderResponse,
    responses=problems(*DECISION),
)
async def claim_application(
    tx: Tx, caller: CanDecide, knobs: Knobs, response: Response, version: IfMatch, provider_id: UUID
) -> ProviderResponse:
    """Nobody else decides until the lease is over. Claiming again prolongs it; after its end anybody takes over."""
    lease = timedelta(minutes=knobs.application_lease_minutes)
    provider = await use_cases.claim_application(tx, provider_id, version, caller.subject, lease)
    return await answer_with(tx, response, caller, provider)


@router.post(
    "/applications/{provider_id}/release",
    operation_id="release_application",
    response_model=ProviderResponse,
    responses=problems(*DECISION),
)
async def release_application(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, provider_id: UUID
) -> ProviderResponse:
    """An officer gives a claimed application back to the queue."""
    provider = await use_cases.release_application(tx, provider_id, version, caller.subject)
    return await answer_with(tx, response, caller, provider)


@router.post(
    "/providers/{provider_id}/verification",
    operation_id="verify_provider",
    response_model=ProviderResponse,
    responses=problems(*DECISION),
)
async def verify_provider(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, provider_id: UUID, body: VerificationRequest
) -> ProviderResponse:
    """An officer has checked these items against their documents and the public registers."""
    provider = await use_cases.verify_provider(tx, provider_id, version, caller.subject, body.reason, body.items)
    return await answer_with(tx, response, caller, provider)


@router.post(
    "/providers/{provider_id}/change-requests",
    operation_id="request_application_changes",
    response_model=ProviderResponse,
    responses=problems(*DECISION),
)
async def request_application_changes(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, provider_id: UUID, body: ObjectionsRequest
) -> ProviderResponse:
    """The provider corrects what is named, and submits again."""
    provider = await use_cases.request_changes(tx, provider_id, version, caller.subject, body.told())
    return await answer_with(tx, response, caller, provider)


@router.post(
    "/providers/{provider_id}/rejection",
    operation_id="reject_application",
    response_model=ProviderResponse,
    responses=problems(*DECISION),
)
async def reject_application(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, provider_id: UUID, body: ObjectionsRequest
) -> ProviderResponse:
    """The application is refused for these reasons. Once they are gone, the provider may submit it again."""
    provider = await use_cases.reject_application(tx, provider_id, version, caller.subject, body.told())
    return await answer_with(tx, response, caller, provider)


@router.post(
    "/providers/{provider_id}/admission",
    operation_id="admit_provider",
    response_model=ProviderResponse,
    responses=problems(*DECISION, NotAdmissible, WrongStanding, IdentityBarred),
)
async def admit_provider(
    tx: Tx, caller: CanDecide, vault: Vaulted, response: Response, version: IfMatch, provider_id: UUID,
    body: ReasonRequest,
) -> ProviderResponse:  # fmt: skip
    """An officer lets a complete, verified and bound provider into the market."""
    provider = await use_cases.admit_provider(tx, vault, provider_id, version, caller.subject, body.reason)
    return await answer_with(tx, response, caller, provider)
