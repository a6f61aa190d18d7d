"""What an API gateway asks: may a call with this app key pass now (2.7, 6.5.5). A hot path: one round trip."""

from datetime import UTC, datetime
from hashlib import blake2b
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from prometheus_client import Counter
from starlette.responses import Response

from services.registry.domain import app_access
from services.registry.domain.app_access import Key
from services.registry.domain.errors import WrongSecret
from services.registry.routes.access import DENIED
from services.registry.schemas.apps import AccessResponse, AppKeyText, SecretRequest
from services.registry.store import apps
from services.registry.store.apps import Asked
from shared.db.transaction import Database
from shared.errors import Invalid, NotFound
from shared.http.auth import Caller, Role, requires
from shared.http.hot import HotRoute
from shared.http.problems import problems

router = APIRouter(tags=["open platform"], route_class=HotRoute)

CanAsk = Annotated[Caller, requires(Role.SERVICE)]
REFUSED = Counter("app_secrets_refused", "App keys that were shown with a secret that does not open them.", ["why"])
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Unchanged since the ETag of If-None-Match"}}
_IF_NONE_MATCH = {"parameters": [{"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}]}


@router.get(
    "/access/{app_key}",
    operation_id="read_access_decision",
    response_model=AccessResponse,
    responses=_UNCHANGED | problems(*DENIED, Invalid, NotFound),
    openapi_extra=_IF_NONE_MATCH,
)
async def read_access_decision(request: Request, caller: CanAsk, app_key: AppKeyText) -> Response:
    """Allowed, or blocked with its causes. `app_access.changed` tells gateways when to forget what they cached."""
    asked, now = await _ask(request, app_key)
    if asked is None:
        raise NotFound("There is no such app key")
    return _answer(request, asked, now)


@router.post(
    "/access",
    operation_id="check_app_secret",
    response_model=AccessResponse,
    responses=problems(*DENIED, Invalid, WrongSecret),
)
async def check_app_secret(request: Request, caller: CanAsk, body: SecretRequest) -> Response:
    """The same for a caller that shows key and secret. An unknown key and a wrong secret answer alike."""
    asked, now = await _ask(request, body.app_key)
    opens = (asked.key if asked else _NOBODY).opens_with(body.secret)
    if asked is None or not opens:
        REFUSED.labels("unknown-key" if asked is None else "wrong-secret").inc()
        raise WrongSecret("The app key and the secret do not belong together")
    return _answer(request, asked, now)


_NOBODY = Key("", UUID(int=0), UUID(int=0), app_access.hash_of(""), datetime(2020, 2, 12, tzinfo=UTC), "")
"""Compared with where no key is known, so that the time of an answer does not tell which keys exist."""


async def _ask(request: Request, app_key: str) -> tuple[Asked | None, datetime]:
    db: Database = request.app.state.db
    async with db.brief() as tx:
        return await apps.asked(tx.driver, app_key), tx.now


def _answer(request: Request, asked: Asked, now: datetime) -> Response:
    decision = app_access.decide_for(asked.key, asked.against.holds, asked.against.causes, now)
    body = AccessResponse.of(asked.key, decision, asked.version).model_dump_json().encode()
    # The clock may change an answer before a new version is told, so the tag is that of the answer.
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    known = request.headers.get("if-none-match", "") if request.method == "GET" else ""
    if tag in (name.strip().removeprefix("W/") for name in known.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
