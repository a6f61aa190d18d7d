"""How an enterprise comes to the market, from its own side: it applies, states, submits, withdraws (3.1)."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.registry.domain.errors import (
    AccountBlocked,
    AccountHasProvider,
    IdentityBarred,
    NotAdmissible,
    NotAnEnterprise,
    ProfileSettled,
    WrongApplicationState,
)
from services.registry.queries import providers as queries
from services.registry.routes.access import DENIED, VERSIONED, CanApply, Knobs, answer_with
from services.registry.schemas.providers import ApplicationRequest, ProfileRequest, ProviderResponse
from services.registry.use_cases import applications as use_cases
from shared.errors import Invalid, KeyRequired, KeyReused, NotFound
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag
from shared.personal.http import Vaulted

router = APIRouter(tags=["registry"])


@router.post(
    "/providers",
    operation_id="apply_as_provider",
    status_code=201,
    response_model=ProviderResponse,
    responses=problems(*DENIED, KeyRequired, KeyReused, Invalid, NotAnEnterprise, AccountHasProvider, IdentityBarred),
)
async def apply_as_provider(tx: Tx, caller: CanApply, vault: Vaulted, once: Once, body: ApplicationRequest) -> Response:
    """An enterprise asks to sell here. What it leaves open it may state later; `missing` names it."""
    if (kept := await once.kept()) is not None:
        return kept
    provider = await use_cases.apply_as_provider(
        tx, vault, caller.subject, body.unified_social_credit_code, body.statement()
    )
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
    responses=problems(
        *DENIED, NotFound, Invalid, NotAnEnterprise, ProfileSettled, WrongApplicationState, AccountBlocked,
        IdentityBarred, *VERSIONED,
    ),
)  # fmt: skip
async def restate_provider_profile(
    tx: Tx, caller: CanApply, vault: Vaulted, response: Response, version: IfMatch, provider_id: UUID,
    body: ProfileRequest,
) -> ProviderResponse:  # fmt: skip
    """An applicant completes or corrects its profile; what changes must be verified anew."""
    code = body.unified_social_credit_code
    provider = await use_cases.restate_profile(tx, vault, provider_id, caller.subject, version, body.statement(), code)
    return await answer_with(tx, response, caller, provider)


@router.post(
    "/providers/{provider_id}/submission",
    operation_id="submit_application",
    response_model=ProviderResponse,
    responses=problems(*DENIED, NotFound, Invalid, NotAdmissible, WrongApplicationState, AccountBlocked, *VERSIONED),
)
async def submit_application(
    tx: Tx, caller: CanApply, knobs: Knobs, response: Response, version: IfMatch, provider_id: UUID
) -> ProviderResponse:
    """The complete application goes to staff, with a due date. After a rejection or a withdrawal: a new round."""
    days = knobs.application_due_business_days
    provider = await use_cases.submit_application(tx, provider_id, caller.subject, version, days)
    return await answer_with(tx, response, caller, provider)


@router.post(
    "/providers/{provider_id}/withdrawal",
    operation_id="withdraw_application",
    response_model=ProviderResponse,
    responses=problems(*DENIED, NotFound, Invalid, WrongApplicationState, *VERSIONED),
)
async def withdraw_application(
    tx: Tx, caller: CanApply, response: Response, version: IfMatch, provider_id: UUID
) -> ProviderResponse:
    """The provider takes its application back, to change it or to leave it."""
    provider = await use_cases.withdraw_application(tx, provider_id, caller.subject, version)
    return await answer_with(tx, response, caller, provider)
