"""Category qualifications: what categories ask for, what is held, and what officers grant and revoke (3.2, 8.1)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from services.registry import store
from services.registry.domain.errors import NoRequirement, OwnProvider, QualificationEnded, WrongStanding
from services.registry.queries import providers as queries
from services.registry.routes.access import DENIED, VERSIONED, CanDecide, CanRead, answer_with, only_of
from services.registry.schemas.decisions import ReasonRequest
from services.registry.schemas.providers import ProviderResponse
from services.registry.schemas.qualifications import (
    QualificationGrantRequest,
    QualificationItem,
    QualificationsResponse,
    RequirementItem,
    RequirementsResponse,
    StepItem,
)
from services.registry.use_cases import qualifications as use_cases
from shared.errors import Invalid, NotFound
from shared.http.dependencies import Tx
from shared.http.fields import Slug
from shared.http.problems import problems
from shared.http.versions import IfMatch

router = APIRouter(tags=["registry"])


@router.get("/requirements", operation_id="list_requirements", response_model=RequirementsResponse)
async def list_requirements() -> RequirementsResponse:
    """What categories ask of those who sell in them. A category that is not named asks for nothing."""
    return RequirementsResponse(items=[RequirementItem.of(one) for one in store.requirements().values()])


@router.get(
    "/providers/{provider_id}/qualifications",
    operation_id="list_qualifications",
    response_model=QualificationsResponse,
    responses=problems(*DENIED, NotFound, Invalid),
)
async def list_qualifications(tx: Tx, caller: CanRead, provider_id: UUID) -> QualificationsResponse:
    """What the provider holds or has held, and how that came."""
    await queries.provider(tx, provider_id, only_of(caller))
    held = await store.qualifications(tx, provider_id)
    history = await store.steps(tx, provider_id)
    return QualificationsResponse(
        items=[QualificationItem.of(one, tx.now) for one in held], history=[StepItem.of(step) for step in history]
    )


@router.post(
    "/providers/{provider_id}/qualifications",
    operation_id="grant_qualification",
    status_code=201,
    response_model=ProviderResponse,
    responses=problems(*DENIED, OwnProvider, NotFound, Invalid, NoRequirement, WrongStanding),
)
async def grant_qualification(
    tx: Tx, caller: CanDecide, response: Response, provider_id: UUID, body: QualificationGrantRequest
) -> ProviderResponse:
    """An officer opens a category for the provider. Granting it again replaces its end."""
    provider = await use_cases.grant_qualification(
        tx, provider_id, caller.subject, body.category, body.expires_at, body.reason
    )
    return await answer_with(tx, response, caller, provider)


@router.post(
    "/providers/{provider_id}/qualifications/{category}/revocation",
    operation_id="revoke_qualification",
    response_model=ProviderResponse,
    responses=problems(*DENIED, OwnProvider, NotFound, Invalid, QualificationEnded, *VERSIONED),
)
async def revoke_qualification(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, provider_id: UUID,
    category: Annotated[Slug, Path()], body: ReasonRequest,
) -> ProviderResponse:  # fmt: skip
    """The market takes a category back: listings there are neither shown nor sold. The version is the provider's."""
    provider = await use_cases.revoke_qualification(tx, provider_id, version, caller.subject, category, body.reason)
    return await answer_with(tx, response, caller, provider)
