"""The outermost part of the app, as plain ASGI: the story's context, limits, metrics, and the last catch."""

import re
from collections.abc import Sequence
from time import perf_counter

import structlog
from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import metrics, telemetry
from shared.context import Context, restore_context, set_context
from shared.http import failures
from shared.http.auth import ANONYMOUS
from shared.http.routes import template_of
from shared.http.uploads import UploadLimit

log = structlog.get_logger()
_CORRELATION = re.compile(rb"[A-Za-z0-9-]{1,64}")
_SLOW_SECONDS = 1.0


class Edge:
    """One per app. `http` requests only; everything else passes."""

    def __init__(self, app: ASGIApp, service: str, body_limit: int, uploads: Sequence[UploadLimit] = ()) -> None:
        self._app = app
        self._body_limit = body_limit
        self._uploads = uploads
        self._meter = metrics.RequestMeter(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = _read_headers(scope)
        context = _context(sent)
        echo = (b"x-correlation-id", context.correlation_id.encode())
        before = set_context(context)
        started, status = perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], echo, (b"x-content-type-options", b"nosniff")]
            await send(message)

        try:
            await self._answer(scope, sent, receive, answer)
        except Exception as error:
            if status:
                raise  # half an answer is out; only closing the connection is honest
            await failures.internal(Request(scope), error)(scope, receive, answer)
        finally:
            seconds = perf_counter() - started
            route = template_of(scope)
            self._meter.count(scope["method"], route, status or 499, seconds)
            if seconds > _SLOW_SECONDS:
                log.warning("http.slow", route=route, status=status, seconds=round(seconds, 3))
            restore_context(before)

    async def _answer(self, scope: Scope, sent: dict[bytes, bytes], receive: Receive, answer: Send) -> None:
        refused = self._refused_at_the_door(scope, sent)
        if refused:
            status, detail = refused
            await failures.tell_plain(Request(scope), status, detail)(scope, receive, answer)
        elif b"content-length" in sent or b"transfer-encoding" in sent or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, self._limited(scope, receive), answer)
        else:
            await self._app(scope, receive, answer)

    def _refused_at_the_door(self, scope: Scope, sent: dict[bytes, bytes]) -> tuple[int, str] | None:
        length = sent.get(b"content-length", b"0")
        if not length.isdigit():
            return 400, "Content-Length is not a number."
        if int(length[:20]) > self._body_limit and int(length[:20]) > (limit := self._limit_of(scope)):
            return 413, f"The body may hold {limit} bytes at most."
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            return 400, "The address contains a NUL character."
        return None

    def _limit_of(self, scope: Scope) -> int:
        """Asked only about bodies over the general limit, so an ordinary request pays nothing for it."""
        return next((upload.limit for upload in self._uploads if upload.matches(scope)), self._body_limit)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """A body can be longer than it declares, or declare nothing; so it is counted as it comes."""
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._body_limit and read > self._limit_of(scope):
                raise HTTPException(413, f"The body may hold {self._limit_of(scope)} bytes at most.")
            return message

        return counted


def _read_headers(scope: Scope) -> dict[bytes, bytes]:
    wanted = (b"x-correlation-id", b"traceparent", b"content-length", b"transfer-encoding")
    return {name: value for name, value in scope["headers"] if name in wanted}


def _context(sent: dict[bytes, bytes]) -> Context:
    traceparent = sent.get(b"traceparent", b"").decode("latin-1")
    traceparent = traceparent if telemetry.is_traceparent(traceparent) else ""
    correlation = sent.get(b"x-correlation-id", b"")
    traceparent = telemetry.running_span() or traceparent
    if _CORRELATION.fullmatch(correlation):
        return Context(correlation.decode(), actor=ANONYMOUS, traceparent=traceparent)
    return Context(actor=ANONYMOUS, traceparent=traceparent)
