"""What an API gateway asks: may a call with this app key pass now (2.7, 6.5.5). A hot path: one round trip."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.registry.domain import app_access
from services.registry.domain.app_access import Key
from services.registry.domain.errors import WrongSecret
from services.registry.routes.access import DENIED
from services.registry.schemas.apps import AccessResponse, AppKeyText, CauseItem, SecretRequest
from services.registry.store import apps
from services.registry.store.apps import Against
from shared.db.transaction import Database
from shared.errors import Invalid, NotFound
from shared.http.auth import Caller, Role, requires
from shared.http.problems import problems

router = APIRouter(tags=["open platform"])

CanAsk = Annotated[Caller, requires(Role.SERVICE)]


@router.get(
    "/access/{app_key}",
    operation_id="read_access_decision",
    response_model=AccessResponse,
    responses=problems(*DENIED, Invalid, NotFound),
)
async def read_access_decision(request: Request, caller: CanAsk, app_key: AppKeyText) -> Response:
    """Allowed, or blocked with its causes. `app_access.changed` tells gateways when to forget what they cached."""
    db: Database = request.app.state.db
    async with db.brief() as tx:
        found = await apps.key_and_against(tx.driver, app_key)
        now = tx.now
    if found is None or not found[0].is_valid(now):
        raise NotFound("There is no such app key, or it is no longer valid")
    return _answer(*found, now)


@router.post(
    "/access",
    operation_id="check_app_secret",
    response_model=AccessResponse,
    responses=problems(*DENIED, Invalid, WrongSecret),
)
async def check_app_secret(request: Request, caller: CanAsk, body: SecretRequest) -> Response:
    """The same for a caller that shows key and secret. An unknown key and a wrong secret answer alike."""
    db: Database = request.app.state.db
    async with db.brief() as tx:
        found = await apps.key_and_against(tx.driver, body.app_key)
        now = tx.now
    key = found[0] if found else _NOBODY
    if not key.opens_with(body.secret) or found is None or not key.is_valid(now):
        raise WrongSecret("The app key and the secret do not belong together, or the key is no longer valid")
    return _answer(*found, now)


_NOBODY = Key("", UUID(int=0), UUID(int=0), app_access.hash_of(""), datetime(2020, 2, 12, tzinfo=UTC), "")
"""Compared with where no key is known, so that the time of an answer does not tell which keys exist."""


def _answer(key: Key, against: Against, now: datetime) -> Response:
    decision = app_access.decide(against.holds, against.causes, now)
    response = AccessResponse(
        app_key=key.app_key,
        app_id=key.app_id,
        provider_id=key.provider_id,
        allowed=decision.allowed,
        causes=[CauseItem.of(cause) for cause in decision.causes],
        holds_until=app_access.next_change([key], decision, now),
    )
    return Response(response.model_dump_json(), media_type="application/json", headers={"cache-control": "no-store"})
