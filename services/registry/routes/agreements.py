"""Agreements and their signatures (3.1)."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.registry import store
from services.registry.domain.agreement import current
from services.registry.domain.errors import AccountBlocked, AgreementNotOpen, WrongStanding
from services.registry.routes.access import DENIED, CanApply, answer_with
from services.registry.schemas.agreements import AgreementResponse, AgreementsResponse, SignatureRequest
from services.registry.schemas.providers import ProviderResponse
from services.registry.use_cases import agreements as use_cases
from shared.errors import Invalid, NotFound
from shared.http.dependencies import Tx
from shared.http.problems import problems

router = APIRouter(tags=["registry"])


@router.post(
    "/providers/{provider_id}/signatures",
    operation_id="sign_agreement",
    status_code=201,
    response_model=ProviderResponse,
    responses=problems(*DENIED, NotFound, Invalid, AgreementNotOpen, WrongStanding, AccountBlocked),
)
async def sign_agreement(
    tx: Tx, caller: CanApply, response: Response, provider_id: UUID, body: SignatureRequest
) -> ProviderResponse:
    """The provider signs one version of an agreement. Signing it again changes nothing."""
    provider = await use_cases.sign_agreement(tx, provider_id, caller.subject, body.agreement, body.version)
    return await answer_with(tx, response, caller, provider)


@router.get("/agreements", operation_id="list_agreements", response_model=AgreementsResponse)
async def list_agreements(tx: Tx) -> AgreementsResponse:
    """Every announced version of both agreements, with its text and hash."""
    found = [agreement for agreement in await store.agreements(tx) if agreement.announced_at <= tx.now]
    in_force = current(found, tx.now)
    return AgreementsResponse(items=[AgreementResponse.of(a, in_force=in_force.get(a.agreement) is a) for a in found])
