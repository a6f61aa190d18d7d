"""The registry's HTTP interface."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.registry import queries, store, use_cases
from services.registry.domain.agreement import current
from services.registry.domain.errors import (
    AccountBlocked,
    AccountHasProvider,
    AgreementNotOpen,
    NotAdmissible,
    NotAnEnterprise,
    OwnProvider,
    ProfileSettled,
    WrongStanding,
)
from services.registry.domain.provider import Provider
from services.registry.schemas import (
    AgreementResponse,
    AgreementsResponse,
    ApplicationRequest,
    ExplanationResponse,
    ProfileRequest,
    ProfileResponse,
    ProviderResponse,
    ProviderSummary,
    QualificationRequest,
    ReasonRequest,
    SignatureRequest,
)
from shared.contracts.registry import Standing
from shared.db.transaction import Transaction
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
from shared.http.fields import Slug
from shared.http.idempotency import Once
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter(prefix="/v1", tags=["registry"])

CanApply = Annotated[Caller, requires(Role.PROVIDER)]
CanDecide = Annotated[Caller, requires(Role.OFFICER)]
CanRead = Annotated[Caller, requires(Role.PROVIDER, Role.OFFICER, Role.REVIEWER, Role.AUDITOR)]
CanReadProfile = Annotated[Caller, requires(Role.PROVIDER, Role.OFFICER)]
_STAFF = (Role.OFFICER, Role.REVIEWER, Role.AUDITOR)
_DENIED = (Unauthenticated, Forbidden)
_VERSIONED = (VersionRequired, StaleVersion)


def _only_of(caller: Caller) -> str | None:
    """Staff sees every provider, an account only its own."""
    return None if caller.has(*_STAFF) else caller.subject


async def _answer(tx: Transaction, response: Response, caller: Caller, provider: Provider) -> ProviderResponse:
    response.headers["etag"] = etag(provider.version)
    return ProviderResponse.of(await queries.view(tx, provider), for_staff=caller.has(*_STAFF))


@router.post(
    "/providers",
    operation_id="apply_as_provider",
    status_code=201,
    response_model=ProviderResponse,
    responses=problems(*_DENIED, KeyRequired, KeyReused, Invalid, NotAnEnterprise, AccountHasProvider),
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


@router.get(
    "/providers",
    operation_id="list_providers",
    response_model=PageOf[ProviderSummary],
    responses=problems(*_DENIED, Invalid),
)
async def list_providers(
    tx: Tx, caller: CanRead, paging: Paging, standing: Annotated[Standing | None, Query()] = None
) -> PageOf[ProviderSummary]:
    """Oldest application first. Staff sees all, a provider its own."""
    after = paging.after and (datetime.fromisoformat(paging.after["at"]), UUID(paging.after["id"]))
    found = await queries.providers(tx, _only_of(caller), standing, after or None, paging.limit + 1)
    return paging.page(
        [ProviderSummary.of(provider) for provider in found],
        lambda item: {"at": item.applied_at.isoformat(), "id": str(item.provider_id)},
    )


@router.get(
    "/providers/{provider_id}",
    operation_id="read_provider",
    response_model=ProviderResponse,
    responses=problems(*_DENIED, NotFound, Invalid),
)
async def read_provider(tx: Tx, caller: CanRead, response: Response, provider_id: UUID) -> ProviderResponse:
    """The provider, what its admission still waits for, and the ETag for changes."""
    return await _answer(tx, response, caller, await queries.provider(tx, provider_id, _only_of(caller)))


@router.get(
    "/providers/{provider_id}/profile",
    operation_id="read_provider_profile",
    response_model=ProfileResponse,
    responses=problems(*_DENIED, NotFound, Invalid),
)
async def read_provider_profile(
    tx: Tx, caller: CanReadProfile, response: Response, provider_id: UUID
) -> ProfileResponse:
    """What the provider states about itself, with the data about persons."""
    provider = await queries.provider(tx, provider_id, _only_of(caller))
    response.headers.update({"etag": etag(provider.version), "cache-control": "no-store"})
    return ProfileResponse.of(provider)


@router.put(
    "/providers/{provider_id}/profile",
    operation_id="restate_provider_profile",
    response_model=ProviderResponse,
    responses=problems(*_DENIED, NotFound, Invalid, ProfileSettled, AccountBlocked, *_VERSIONED),
)
async def restate_provider_profile(
    tx: Tx, caller: CanApply, response: Response, version: IfMatch, provider_id: UUID, body: ProfileRequest
) -> ProviderResponse:
    """An applicant completes or corrects its profile; a verification must then be repeated."""
    provider = await use_cases.restate_profile(tx, provider_id, caller.subject, version, body.profile())
    return await _answer(tx, response, caller, provider)


@router.post(
    "/providers/{provider_id}/verification",
    operation_id="verify_provider",
    response_model=ProviderResponse,
    responses=problems(*_DENIED, OwnProvider, NotFound, Invalid, NotAdmissible, WrongStanding, *_VERSIONED),
)
async def verify_provider(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, provider_id: UUID, body: ReasonRequest
) -> ProviderResponse:
    """An officer confirms that the enterprise is who it says it is."""
    provider = await use_cases.verify_provider(tx, provider_id, version, caller.subject, body.reason)
    return await _answer(tx, response, caller, provider)


@router.post(
    "/providers/{provider_id}/signatures",
    operation_id="sign_agreement",
    status_code=201,
    response_model=ProviderResponse,
    responses=problems(*_DENIED, NotFound, Invalid, AgreementNotOpen, WrongStanding, AccountBlocked),
)
async def sign_agreement(
    tx: Tx, caller: CanApply, response: Response, provider_id: UUID, body: SignatureRequest
) -> ProviderResponse:
    """The provider signs one version of an agreement. Signing it again changes nothing."""
    provider = await use_cases.sign_agreement(tx, provider_id, caller.subject, body.agreement, body.version)
    return await _answer(tx, response, caller, provider)


@router.post(
    "/providers/{provider_id}/qualifications",
    operation_id="grant_qualification",
    status_code=201,
    response_model=ProviderResponse,
    responses=problems(*_DENIED, OwnProvider, NotFound, Invalid, WrongStanding),
)
async def grant_qualification(
    tx: Tx, caller: CanDecide, response: Response, provider_id: UUID, body: QualificationRequest
) -> ProviderResponse:
    """An officer opens a category for the provider. Granting it again replaces its end."""
    provider = await use_cases.grant_qualification(
        tx, provider_id, caller.subject, body.category, body.expires_at, body.reason
    )
    return await _answer(tx, response, caller, provider)


@router.post(
    "/providers/{provider_id}/admission",
    operation_id="admit_provider",
    response_model=ProviderResponse,
    responses=problems(*_DENIED, OwnProvider, NotFound, Invalid, NotAdmissible, WrongStanding, *_VERSIONED),
)
async def admit_provider(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, provider_id: UUID, body: ReasonRequest
) -> ProviderResponse:
    """An officer lets a complete, verified and bound provider into the market."""
    provider = await use_cases.admit_provider(tx, provider_id, version, caller.subject, body.reason)
    return await _answer(tx, response, caller, provider)


@router.get(
    "/providers/{provider_id}/explanation",
    operation_id="explain_provider",
    response_model=ExplanationResponse,
    responses=problems(NotFound, Invalid),
)
async def explain_provider(
    tx: Tx, provider_id: UUID, category: Annotated[Slug | None, Query()] = None
) -> ExplanationResponse:
    """For every effect: is it blocked for this provider (within the category), by what, and until when."""
    provider, effects = await queries.explanation(tx, provider_id, category or "")
    return ExplanationResponse.of(provider, category or "", tx.now, effects)


@router.get("/agreements", operation_id="list_agreements", response_model=AgreementsResponse)
async def list_agreements(tx: Tx) -> AgreementsResponse:
    """Every announced version of both agreements, with its text and hash."""
    found = [agreement for agreement in await store.agreements(tx) if agreement.announced_at <= tx.now]
    in_force = current(found, tx.now)
    return AgreementsResponse(items=[AgreementResponse.of(a, in_force=in_force.get(a.agreement) is a) for a in found])
