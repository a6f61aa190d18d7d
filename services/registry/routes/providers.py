"""Reads of providers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.registry.queries import providers as queries
from services.registry.routes.access import DENIED, CanRead, CanReadProfile, answer_with, only_of
from services.registry.schemas.providers import ProfileResponse, ProviderResponse, ProviderSummary
from services.registry.use_cases import applications as use_cases
from shared.contracts.registry import Standing
from shared.errors import Invalid, NotFound
from shared.http.dependencies import Tx
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import etag
from shared.personal.http import Vaulted
from shared.personal.vault import Erased

router = APIRouter(tags=["registry"])


@router.get(
    "/providers",
    operation_id="list_providers",
    response_model=PageOf[ProviderSummary],
    responses=problems(*DENIED, Invalid),
)
async def list_providers(
    tx: Tx, caller: CanRead, paging: Paging, standing: Annotated[Standing | None, Query()] = None
) -> PageOf[ProviderSummary]:
    """Oldest application first. Staff sees all, a provider its own."""
    after = paging.after and (datetime.fromisoformat(paging.after["at"]), UUID(paging.after["id"]))
    found = await queries.providers(tx, only_of(caller), standing, after or None, paging.limit + 1)
    return paging.page(
        [ProviderSummary.of(provider) for provider in found],
        lambda item: {"at": item.applied_at.isoformat(), "id": str(item.provider_id)},
    )


@router.get(
    "/providers/{provider_id}",
    operation_id="read_provider",
    response_model=ProviderResponse,
    responses=problems(*DENIED, NotFound, Invalid),
)
async def read_provider(tx: Tx, caller: CanRead, response: Response, provider_id: UUID) -> ProviderResponse:
    """The provider, what its admission still waits for, and the ETag for changes."""
    return await answer_with(tx, response, caller, await queries.provider(tx, provider_id, only_of(caller)))


@router.get(
    "/providers/{provider_id}/profile",
    operation_id="read_provider_profile",
    response_model=ProfileResponse,
    responses=problems(*DENIED, NotFound, Invalid, Erased),
)
async def read_provider_profile(
    tx: Tx, caller: CanReadProfile, vault: Vaulted, response: Response, provider_id: UUID
) -> ProfileResponse:
    """What the provider states about itself, with the data about persons. Every reading is recorded."""
    provider = await queries.provider(tx, provider_id, only_of(caller))
    response.headers.update({"etag": etag(provider.version), "cache-control": "no-store"})
    return ProfileResponse.of(provider, await use_cases.read_profile(tx, vault, provider))
