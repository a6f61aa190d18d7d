"""How an enterprise comes to the market: application, verification, admission (3.1)."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.registry.domain.errors import (
    AccountBlocked,
    AccountHasProvider,
    NotAdmissible,
    NotAnEnterprise,
    OwnProvider,
    ProfileSettled,
    WrongStanding,
)
from services.registry.queries import providers as queries
from services.registry.routes.access import DENIED, VERSIONED, CanApply, CanDecide, answer_with
from services.registry.schemas.decisions import ReasonRequest
from services.registry.schemas.providers import ApplicationRequest, ProfileRequest, ProviderResponse
from services.registry.use_cases import applications as use_cases
from shared.errors import Invalid, KeyRequired, KeyReused, NotFound
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter(tags=["registry"])


@router.post(
    "/providers",
    operation_id="apply_as_provider",
    status_code=201,
    response_model=ProviderResponse,
    responses=problems(*DENIED, KeyRequired, KeyReused, Invalid, NotAnEnterprise, AccountHasProvider),
)
async def apply_as_provider(tx: Tx, caller: CanApply, once: Once, body: ApplicationRequest) -> Response:
    """An enterprise asks to sell here."""
    if (kept := await once.kept()) is not None:
        return kept
    provider = await use_cases.apply_as_provider(tx, caller.subject, body.unified_social_credit_code, body.profile())
    await tx.session.flush()
    return once.answer(
        201,
        ProviderResponse.of(await queries.view(tx, provider), for_staff=False),
        location=f"/v1/providers/{provider.provider_id}",
        headers={"etag": etag(provider.version)},
    )


@router.put(
    "/providers/{provider_id}/profile",
    operation_id="restate_provider_profile",
    response_model=ProviderResponse,
    responses=problems(*DENIED, NotFound, Invalid, ProfileSettled, AccountBlocked, *VERSIONED),
)
async def restate_provider_profile(
    tx: Tx, caller: CanApply, response: Response, version: IfMatch, provider_id: UUID, body: ProfileRequest
) -> ProviderResponse:
    """An applicant completes or corrects its profile; a verification must then be repeated."""
    provider = await use_cases.restate_profile(tx, provider_id, caller.subject, version, body.profile())
    return await answer_with(tx, response, caller, provider)


@router.post(
    "/providers/{provider_id}/verification",
    operation_id="verify_provider",
    response_model=ProviderResponse,
    responses=problems(*DENIED, OwnProvider, NotFound, Invalid, NotAdmissible, WrongStanding, *VERSIONED),
)
async def verify_provider(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, provider_id: UUID, body: ReasonRequest
) -> ProviderResponse:
    """An officer confirms that the enterprise is who it says it is."""
    provider = await use_cases.verify_provider(tx, provider_id, version, caller.subject, body.reason)
    return await answer_with(tx, response, caller, provider)


@router.post(
    "/providers/{provider_id}/admission",
    operation_id="admit_provider",
    response_model=ProviderResponse,
    responses=problems(*DENIED, OwnProvider, NotFound, Invalid, NotAdmissible, WrongStanding, *VERSIONED),
)
async def admit_provider(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, provider_id: UUID, body: ReasonRequest
) -> ProviderResponse:
    """An officer lets a complete, verified and bound provider into the market."""
    provider = await use_cases.admit_provider(tx, provider_id, version, caller.subject, body.reason)
    return await answer_with(tx, response, caller, provider)
