"""Idempotency-Key: the answer to a creating call is kept in the call's own transaction, and given again on a repeat."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import asyncpg
from fastapi import Depends, Header, Request
from pydantic import BaseModel
from starlette.responses import Response

from shared import metrics
from shared.db.flush import KeptAnswer
from shared.db.transaction import Database, Transaction
from shared.errors import Invalid, KeyRequired, KeyReused, Unauthenticated
from shared.http.auth import ANONYMOUS, Caller
from shared.http.dependencies import Tx
from shared.http.routes import template_of
from shared.service import Job

KEPT_FOR = timedelta(hours=72)
BATCH = 1_000
KEY_PATTERN = r"[\x21-\x7e]{1,200}"
_KEY = re.compile(KEY_PATTERN)
_SCOPE = "fairmarket.attempt"

_FIND = "SELECT fingerprint, status, headers, body FROM idempotency WHERE principal = $1 AND route = $2 AND key = $3"
_FIND_WITH: dict[str, str] = {}
_FORGET = """
DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM idempotency WHERE created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))
"""


def _find_with(sql: str) -> str:
    return f"""
SELECT k.fingerprint, k.status, k.headers, k.body, own.*
FROM (VALUES (1)) AS one
LEFT JOIN idempotency k ON k.principal = $1 AND k.route = $2 AND k.key = $3
LEFT JOIN LATERAL ({sql}) AS own ON true"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer is kept, and the digest of the request it answers."""

    principal: str
    route: str
    key: str
    fingerprint: bytes

    async def find(self, driver: asyncpg.Connection) -> Response | None:
        row = await driver.fetchrow(_FIND, self.principal, self.route, self.key)
        return None if row is None else self.again(row)

    def again(self, row: Mapping[str, Any]) -> Response:
        """The answer kept in `row`, if this is the request that it answered."""
        if row["fingerprint"] != self.fingerprint:
            raise KeyReused("This Idempotency-Key came with another request before; use a new key for a new request.")
        metrics.REPLAYS.inc()
        headers = {**json.loads(row["headers"]), "idempotency-replayed": "true"}
        return Response(row["body"], row["status"], headers, "application/json")


class Attempt:
    """One call under a key. `kept` first, `answer` last; between them the use case."""

    def __init__(self, tx: Transaction, place: Place, request: Request) -> None:
        self._tx = tx
        self._place = place
        self._request = request

    async def kept(self) -> Response | None:
        """The answer given before under this key, or None when the work is to be done now."""
        kept = await self._place.find(self._tx.driver)
        if kept is None:
            self._request.scope[_SCOPE] = self._place
        return kept

    async def kept_with(self, sql: str, *arguments: Any) -> tuple[Response | None, asyncpg.Record]:
        """Like `kept`, and one row of the caller's own SELECT in the same round trip. Its arguments are `$4` and on."""
        place = self._place
        statement = _FIND_WITH.get(sql) or _FIND_WITH.setdefault(sql, _find_with(sql))
        row = await self._tx.driver.fetchrow(statement, place.principal, place.route, place.key, *arguments)
        if row["fingerprint"] is not None:
            return place.again(row), row
        self._request.scope[_SCOPE] = place
        return None, row

    def answer(
        self,
        status: int,
        content: BaseModel,
        *,
        location: str = "",
        headers: Mapping[str, str] | None = None,
        kept: BaseModel | None = None,
    ) -> Response:
        """The answer, which is kept with the change or not at all; `kept` in its stead where it holds a secret."""
        sent = {**(headers or {}), **({"location": location} if location else {})}
        body = content.model_dump_json(by_alias=True).encode()
        again = body if kept is None else kept.model_dump_json(by_alias=True).encode()
        place = self._place
        self._tx.pending.answer = KeptAnswer(
            place.principal, place.route, place.key, place.fingerprint, status, json.dumps(sent), again
        )
        return Response(body, status, sent, "application/json")


def _place(request: Request, principal: str, key: str | None, body: bytes) -> Place:
    if key is None:
        raise KeyRequired("Send an Idempotency-Key: a new one for each new request, the same one on a retry.")
    if not _KEY.fullmatch(key):
        raise Invalid(
            "The Idempotency-Key must be 1 to 200 visible ASCII characters.",
            errors=[{"pointer": "/Idempotency-Key", "in": "header", "message": "1 to 200 visible ASCII characters"}],
        )
    if principal == ANONYMOUS:
        raise Unauthenticated("An Idempotency-Key belongs to its caller; send a valid token.")
    path = request.scope["path"]
    digest = hashlib.sha256(f"{request.method}\n{path}\n".encode() + body).digest()
    return Place(principal, f"{request.method} {template_of(request.scope)}", key, digest)


Key = Annotated[str | None, Header(alias="Idempotency-Key")]


async def _attempt(request: Request, tx: Tx, key: Key = None) -> Attempt:
    return Attempt(tx, _place(request, tx.context.actor, key, await request.body()), request)


async def place_of(request: Request, caller: Caller) -> Place:
    """For a route that opens its transactions itself, hot or long, and makes its own `Attempt`s in them."""
    return _place(request, caller.subject, request.headers.get("idempotency-key"), await request.body())


# What such a route says in `openapi_extra`, for it has no parameter that says so.
KEY_PARAMETER: dict[str, Any] = {"parameters": [{"name": "Idempotency-Key", "in": "header"}]}

Once = Annotated[Attempt, Depends(_attempt, scope="function")]


async def answer_of_twin(request: Request, db: Database) -> Response | None:
    """The answer that a call with the same key committed while this one was failing, if there is one.

    Two calls with one key may both find nothing kept. The slower one then fails, on the kept answer's own key or
    earlier on what the faster one changed; in both cases it must tell the answer of the faster one.
    """
    place: Place | None = request.scope.pop(_SCOPE, None)
    if place is None:
        return None
    async with db.transaction() as tx:
        return await place.find(tx.driver)


async def _forget(tx: Transaction) -> int:
    done = await tx.driver.execute(_FORGET, tx.now - KEPT_FOR, BATCH)
    return int(done.rpartition(" ")[2])


forget_old_answers = Job("forget_old_answers", timedelta(minutes=10), _forget)
