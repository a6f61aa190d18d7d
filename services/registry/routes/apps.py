"""Applications on the open platform: their keys (2.5)."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from services.registry.domain.errors import AccountBlocked, NoApplication, TooManyKeys, WrongStanding
from services.registry.queries import apps as queries
from services.registry.routes.access import DENIED, CanApply
from services.registry.schemas.apps import AppKeyText, AppResponse, IssuedKeyResponse, KeyItem, KeyRequest
from services.registry.schemas.decisions import ReasonRequest
from services.registry.use_cases import apps as use_cases
from shared.errors import Invalid, KeyRequired, KeyReused, NotFound
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.problems import problems

router = APIRouter(tags=["open platform"])

CanSeeKeys = Annotated[Caller, requires(Role.PROVIDER, Role.OFFICER, Role.AUDITOR)]
CanRevoke = Annotated[Caller, requires(Role.PROVIDER, Role.OFFICER)]


@router.post(
    "/apps/{app_id}/keys",
    operation_id="issue_app_key",
    status_code=201,
    response_model=IssuedKeyResponse,
    responses=problems(
        *DENIED, KeyRequired, KeyReused, Invalid, NotFound, NoApplication, TooManyKeys, WrongStanding, AccountBlocked
    ),
)
async def issue_app_key(tx: Tx, caller: CanApply, once: Once, app_id: UUID, body: KeyRequest) -> Response:
    """A key for the caller's own live application. The secret is shown once; whoever lost it replaces the key."""
    if (kept := await once.kept()) is not None:
        return kept
    overlap = timedelta(seconds=body.overlap_seconds)
    issued = await use_cases.issue_key(tx, app_id, caller.subject, body.replaces, overlap)
    shown = IssuedKeyResponse(**KeyItem.of(issued.key, tx.now).model_dump(), app_id=app_id, secret=issued.secret)
    return once.answer(
        201, shown, location=f"/v1/apps/{app_id}", headers={"cache-control": "no-store"},
        kept=shown.model_copy(update={"secret": ""}),
    )  # fmt: skip


@router.get(
    "/apps/{app_id}",
    operation_id="read_app",
    response_model=AppResponse,
    responses=problems(*DENIED, Invalid, NotFound),
)
async def read_app(tx: Tx, caller: CanSeeKeys, app_id: UUID) -> AppResponse:
    """The application's keys, without secrets, and whether it may call now."""
    only_of = None if caller.has(Role.OFFICER, Role.AUDITOR) else caller.subject
    return AppResponse.of(app_id, *await queries.app(tx, app_id, only_of), tx.now)


@router.post(
    "/apps/{app_id}/keys/{app_key}/revocation",
    operation_id="revoke_app_key",
    response_model=KeyItem,
    responses=problems(*DENIED, Invalid, NotFound),
)
async def revoke_app_key(tx: Tx, caller: CanRevoke, app_id: UUID, app_key: AppKeyText, body: ReasonRequest) -> KeyItem:
    """Ends a key at once; revoking it again changes nothing."""
    only_of = None if caller.has(Role.OFFICER) else caller.subject
    key = await use_cases.revoke_key(tx, app_id, app_key, caller.subject, only_of=only_of, reason=body.reason)
    return KeyItem.of(key, tx.now)
