"""How an admitted provider changes what was verified: it files, corrects, withdraws (3.1)."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.registry.domain.errors import (
    AccountBlocked,
    ChangePending,
    ChangeUnproven,
    IdentityBarred,
    WrongChangeState,
    WrongStanding,
)
from services.registry.domain.profile_change import ProfileChange
from services.registry.queries import profile_changes as queries
from services.registry.queries import providers
from services.registry.routes.access import (
    DENIED,
    STAFF,
    VERSIONED,
    CanApply,
    CanReadProfile,
    Knobs,
    only_of,
)
from services.registry.schemas.profile_changes import ProfileChangeForm, ProfileChangeResponse, ProposedProfileResponse
from services.registry.use_cases import profile_changes as use_cases
from shared.errors import Invalid, KeyRequired, KeyReused, NotFound
from shared.http.auth import Caller
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag
from shared.personal.http import Vaulted
from shared.personal.vault import Erased

router = APIRouter(tags=["registry"])
Answer = ProfileChangeResponse
FILING = (*DENIED, NotFound, Invalid, WrongStanding, AccountBlocked, IdentityBarred, ChangeUnproven)
PATH = "/profile-changes/{change_id}"


@router.post(
    "/providers/{provider_id}/profile-changes",
    operation_id="file_profile_change",
    status_code=201,
    response_model=Answer,
    responses=problems(*FILING, KeyRequired, KeyReused, ChangePending),
)
async def file_profile_change(
    tx: Tx, caller: CanApply, vault: Vaulted, knobs: Knobs, once: Once, provider_id: UUID, body: ProfileChangeForm
) -> Response:
    """Name, address, representative or settlement account shall change. What holds stays until staff approves."""
    if (kept := await once.kept()) is not None:
        return kept
    days = knobs.application_due_business_days
    change = await use_cases.file_change(tx, vault, provider_id, caller.subject, body.statement(), days)
    return once.answer(
        201,
        Answer.of(change, for_staff=False),
        location=f"/v1/profile-changes/{change.change_id}",
        headers={"etag": etag(change.version)},
    )


@router.get(
    "/providers/{provider_id}/profile-changes",
    operation_id="list_profile_changes",
    response_model=PageOf[Answer],
    responses=problems(*DENIED, NotFound, Invalid),
)
async def list_profile_changes(tx: Tx, caller: CanReadProfile, paging: Paging, provider_id: UUID) -> PageOf[Answer]:
    """What the provider has filed, oldest first."""
    await providers.provider(tx, provider_id, only_of(caller))
    after = UUID(paging.after["id"]) if paging.after else None
    found = await queries.changes_of(tx, provider_id, after, paging.limit + 1)
    return paging.page(
        [Answer.of(one, for_staff=caller.has(*STAFF)) for one in found], lambda item: {"id": str(item.change_id)}
    )


@router.get(
    PATH, operation_id="get_profile_change", response_model=Answer, responses=problems(*DENIED, NotFound, Invalid)
)
async def get_profile_change(tx: Tx, caller: CanReadProfile, response: Response, change_id: UUID) -> Answer:
    """One change, for its provider and for officers."""
    return answer(response, caller, await queries.change(tx, change_id, only_of(caller)))


@router.get(
    f"{PATH}/profile",
    operation_id="read_proposed_profile",
    response_model=ProposedProfileResponse,
    responses=problems(*DENIED, NotFound, Invalid, Erased),
)
async def read_proposed_profile(
    tx: Tx, caller: CanReadProfile, vault: Vaulted, response: Response, change_id: UUID
) -> ProposedProfileResponse:
    """What shall hold of persons, while the change waits. Who reads it is recorded."""
    change = await queries.change(tx, change_id, only_of(caller))
    response.headers.update({"etag": etag(change.version), "cache-control": "no-store"})
    return ProposedProfileResponse.of(change, await use_cases.read_change(tx, vault, change))


@router.put(
    PATH,
    operation_id="correct_profile_change",
    response_model=Answer,
    responses=problems(*FILING, WrongChangeState, *VERSIONED),
)
async def correct_profile_change(
    tx: Tx, caller: CanApply, vault: Vaulted, knobs: Knobs, response: Response, version: IfMatch, change_id: UUID,
    body: ProfileChangeForm,
) -> Answer:  # fmt: skip
    """After corrections were asked for, the whole change is stated anew and waits again."""
    days = knobs.application_due_business_days
    change = await use_cases.correct_change(tx, vault, change_id, version, caller.subject, body.statement(), days)
    return answer(response, caller, change)


@router.post(
    f"{PATH}/withdrawal",
    operation_id="withdraw_profile_change",
    response_model=Answer,
    responses=problems(*DENIED, NotFound, Invalid, WrongChangeState, *VERSIONED),
)
async def withdraw_profile_change(
    tx: Tx, caller: CanApply, response: Response, version: IfMatch, change_id: UUID
) -> Answer:
    """The provider no longer wants it. What holds stays; another one may be filed."""
    return answer(response, caller, await use_cases.withdraw_change(tx, change_id, version, caller.subject))


def answer(response: Response, caller: Caller, change: ProfileChange) -> Answer:
    response.headers["etag"] = etag(change.version)
    return Answer.of(change, for_staff=caller.has(*STAFF))
