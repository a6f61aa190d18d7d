"""Personal data: what is kept about a provider's persons, and its erasure."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.registry.domain.errors import ErasureRefused, OwnProvider
from services.registry.routes.access import DENIED, VERSIONED, CanApply, CanDecide, CanSeeQueue
from services.registry.schemas.decisions import ReasonRequest
from services.registry.schemas.personal_data import ErasureResponse, PersonalDataResponse, PersonalKeysResponse
from services.registry.use_cases import personal_data as use_cases
from shared.errors import Invalid, NotFound
from shared.http.dependencies import Tx
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag
from shared.personal.http import Vaulted
from shared.personal.rotation import progress

router = APIRouter(tags=["registry"])


@router.get(
    "/providers/{provider_id}/personal-data",
    operation_id="export_personal_data",
    response_model=PersonalDataResponse,
    responses=problems(*DENIED, NotFound, Invalid),
)
async def export_personal_data(
    tx: Tx, vault: Vaulted, caller: CanApply, response: Response, provider_id: UUID
) -> PersonalDataResponse:
    """Everything that is kept about the provider's persons, for its own account. Who read it is recorded."""
    response.headers["cache-control"] = "no-store"
    return PersonalDataResponse.of(await use_cases.export_personal_data(tx, vault, provider_id, caller.subject))


@router.post(
    "/providers/{provider_id}/erasure",
    operation_id="erase_personal_data",
    response_model=ErasureResponse,
    responses=problems(*DENIED, OwnProvider, NotFound, Invalid, ErasureRefused, *VERSIONED),
)
async def erase_personal_data(
    tx: Tx,
    vault: Vaulted,
    caller: CanDecide,
    response: Response,
    version: IfMatch,
    provider_id: UUID,
    body: ReasonRequest,
) -> ErasureResponse:
    """Destroys the keys of the provider's persons, once it has left or never came in. It cannot be undone."""
    erased = await use_cases.erase_personal_data(tx, vault, provider_id, version, caller.subject, body.reason)
    response.headers["etag"] = etag(erased.provider.version)
    return ErasureResponse.of(erased)


@router.get(
    "/personal-keys",
    operation_id="read_personal_keys",
    response_model=PersonalKeysResponse,
    responses=problems(*DENIED),
)
async def read_personal_keys(tx: Tx, vault: Vaulted, caller: CanSeeQueue) -> PersonalKeysResponse:
    """How far a rotation has come. A key of the settings that nothing needs may be dropped from them."""
    return PersonalKeysResponse.of(await progress(tx, vault.keys.current))
