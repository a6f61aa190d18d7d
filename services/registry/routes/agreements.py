"""Agreements and their signatures (3.1)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from services.registry import store
from services.registry.domain.agreement import AgreementKind, current
from services.registry.domain.errors import AccountBlocked, AgreementKnown, AgreementNotOpen, WrongStanding
from services.registry.queries import providers as queries
from services.registry.routes.access import DENIED, CanApply, CanDecide, CanRead, answer_with, only_of
from services.registry.schemas.agreements import (
    AgreementResponse,
    AgreementsResponse,
    AnnouncementRequest,
    SignatureRecord,
    SignatureRequest,
    SignaturesResponse,
    VersionName,
)
from services.registry.schemas.providers import ProviderResponse
from services.registry.use_cases import agreements as use_cases
from shared.errors import Invalid, KeyRequired, KeyReused, NotFound
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.problems import problems

router = APIRouter(tags=["registry"])
_AGENT_MOST = 300


@router.post(
    "/agreements",
    operation_id="announce_agreement",
    status_code=201,
    response_model=AgreementResponse,
    responses=problems(*DENIED, KeyRequired, KeyReused, Invalid, AgreementKnown),
)
async def announce_agreement(tx: Tx, caller: CanDecide, once: Once, body: AnnouncementRequest) -> Response:
    """A new version. Every provider is told, and may not publish after its in-force date before it has signed."""
    if (kept := await once.kept()) is not None:
        return kept
    agreement = await use_cases.announce_agreement(tx, body.agreement_at(tx.now), body.reason)
    return once.answer(
        201,
        AgreementResponse.of(agreement, in_force=False),
        location=f"/v1/agreements/{agreement.agreement}/{agreement.version}",
    )


@router.get("/agreements", operation_id="list_agreements", response_model=AgreementsResponse)
async def list_agreements(tx: Tx) -> AgreementsResponse:
    """Every announced version of both agreements, with its text and hash."""
    found = [agreement for agreement in await store.agreements(tx, texts=True) if agreement.announced_at <= tx.now]
    in_force = current(found, tx.now)
    return AgreementsResponse(items=[AgreementResponse.of(a, in_force=in_force.get(a.agreement) is a) for a in found])


@router.get(
    "/agreements/{agreement}/{version}",
    operation_id="get_agreement",
    response_model=AgreementResponse,
    responses=problems(NotFound, Invalid),
)
async def get_agreement(tx: Tx, agreement: AgreementKind, version: Annotated[VersionName, Path()]) -> AgreementResponse:
    """One announced version."""
    found = await store.agreement(tx, agreement, version)
    if found is None or found.announced_at > tx.now:
        raise NotFound(f"There is no version {version} of the {agreement} agreement")
    in_force = current(await store.agreements(tx), tx.now)
    return AgreementResponse.of(found, in_force=in_force.get(agreement) is found)


@router.post(
    "/providers/{provider_id}/signatures",
    operation_id="sign_agreement",
    status_code=201,
    response_model=ProviderResponse,
    responses=problems(*DENIED, NotFound, Invalid, AgreementNotOpen, WrongStanding, AccountBlocked),
)
async def sign_agreement(
    tx: Tx, caller: CanApply, request: Request, response: Response, provider_id: UUID, body: SignatureRequest
) -> ProviderResponse:
    """The provider signs one version of an agreement. Signing it again changes nothing."""
    provider = await use_cases.sign_agreement(
        tx, provider_id, caller.subject, body.agreement, body.version, _evidence(request)
    )
    return await answer_with(tx, response, caller, provider)


@router.get(
    "/providers/{provider_id}/signatures",
    operation_id="list_signatures",
    response_model=SignaturesResponse,
    responses=problems(*DENIED, NotFound, Invalid),
)
async def list_signatures(tx: Tx, caller: CanRead, provider_id: UUID) -> SignaturesResponse:
    """What the provider has signed, oldest first, with the evidence of it."""
    await queries.provider(tx, provider_id, only_of(caller))
    return SignaturesResponse(items=[SignatureRecord.of(s) for s in await store.signatures(tx, provider_id)])


def _evidence(request: Request) -> use_cases.Evidence:
    """The address is the connection's, or what a trusted proxy says of it: the server was told which to trust."""
    agent = request.headers.get("user-agent", "")
    return use_cases.Evidence(
        request.client.host if request.client is not None else "",
        "".join(sign for sign in agent if sign.isprintable())[:_AGENT_MOST],
    )
