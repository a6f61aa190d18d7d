"""From what went wrong to its problem document. Every failure ends here; none reaches the client raw."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared.context import current_context
from shared.errors import Conflict, Invalid, Refusal, Transient, Unauthenticated
from shared.http import problems
from shared.http.idempotency import answer_of_twin

log = structlog.get_logger()

# SQLSTATEs that say "not now": connection, resources, shutdown, lock and statement timeouts, deadlock.
_NOT_NOW = ("08", "53", "57P", "57014", "55P03", "40001", "40P01", "25P03")
_UNIQUE, _DATA = "23505", "22"


def install(app: FastAPI) -> None:
    handlers: dict[Any, Any] = {
        Refusal: _refused,
        RequestValidationError: _not_valid,
        HTTPException: _http_error,
        asyncpg.PostgresError: _database_failed,
        asyncpg.InterfaceError: _database_failed,
        asyncpg.InternalClientError: _database_failed,
        SQLAlchemyError: _database_failed,
        Transient: _unavailable,
        OSError: _unavailable,
    }
    for error, handler in handlers.items():
        app.add_exception_handler(error, handler)


def tell_refusal(request: Request, error: Refusal) -> Response:
    chinese = problems.wants_chinese(request.headers.get("accept-language", ""))
    status = problems.status_of(type(error))
    headers = {"www-authenticate": 'Bearer realm="fairmarket"'} if isinstance(error, Unauthenticated) else {}
    log.info("http.refused", code=error.code, status=status)
    title = problems.title_of(error, chinese)
    standard = problems.document(status, error.code, title, error.detail, *_occurrence(request))
    return problems.answer({**error.facts, **standard}, chinese, headers)


def tell_plain(
    request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None, **facts: Any
) -> Response:
    """Answers that no use case gives: unreadable, not routed, too large, away, broken."""
    chinese = problems.wants_chinese(request.headers.get("accept-language", ""))
    code, title, title_zh = problems.PLAIN.get(status, ("refused", "The request was refused", "请求被拒绝"))
    standard = problems.document(status, code, title_zh if chinese else title, detail, *_occurrence(request))
    return problems.answer({**facts, **standard}, chinese, headers)


def internal(request: Request, error: BaseException) -> Response:
    log.error("http.failed", exc_info=error)
    return tell_plain(request, 500, "It was logged; name the correlation id when you report it.")


def _occurrence(request: Request) -> tuple[str, str]:
    return request.scope["path"], current_context().correlation_id


async def _twin(request: Request) -> Response | None:
    try:
        return await answer_of_twin(request, request.app.state.db)
    except Refusal as reused:
        return tell_refusal(request, reused)


async def _refused(request: Request, error: Refusal) -> Response:
    return await _twin(request) or tell_refusal(request, error)


async def _not_valid(request: Request, error: RequestValidationError) -> Response:
    found = error.errors()
    first = found[0]
    if first["type"] == "json_invalid":
        where = f"at character {first['loc'][-1]}"
        return tell_plain(request, 400, f"The body is not JSON: {first['ctx']['error']} {where}.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if first["loc"] == ("body",) and first["type"] != "missing" and not kind.endswith(("/json", "+json")):
        return tell_plain(request, 415, f"Send application/json, not {kind[:100] or 'a body without a type'}.")
    told = [
        {"pointer": _pointer(item["loc"][1:]), "in": str(item["loc"][0]), "message": item["msg"]} for item in found[:50]
    ]
    return tell_refusal(request, Invalid("Some values are missing or not valid; see `errors`.", errors=told))


def _pointer(location: Sequence[Any]) -> str:
    """RFC 6901: `/items/0/title`."""
    return "".join("/" + str(part)[:200].replace("~", "~0").replace("/", "~1") for part in location)


async def _http_error(request: Request, error: HTTPException) -> Response:
    known = {
        400: "The request cannot be read.",
        404: "There is nothing at this path.",
        405: f"{request.method[:20]} is not offered at this path.",
    }
    return tell_plain(request, error.status_code, known.get(error.status_code, error.detail), error.headers)


async def _unavailable(request: Request, error: Exception) -> Response:
    log.warning("http.unavailable", exc_info=error)
    return tell_plain(request, 503, "A part is away for the moment; try again.", {"retry-after": "1"})


async def _database_failed(request: Request, error: Exception) -> Response:
    below = _driver_error(error)
    state = str(getattr(below, "sqlstate", "") or "")
    if isinstance(error, PoolTimeoutError) or state.startswith(_NOT_NOW) or _connection_is_gone(below):
        return await _unavailable(request, error)
    if state == _UNIQUE:
        twin = await _twin(request)
        return twin or tell_refusal(request, Conflict("It exists already, or was made at the same moment."))
    if state.startswith(_DATA):
        log.warning("http.value_reached_database", exc_info=error)
        return tell_refusal(request, Invalid("A value cannot be stored: out of range or with forbidden characters."))
    return internal(request, error)


def _driver_error(error: BaseException) -> BaseException:
    """What asyncpg said, below SQLAlchemy's two wrappings."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig.__cause__ or error.orig
    return error


def _connection_is_gone(below: BaseException) -> bool:
    return isinstance(below, asyncpg.InternalClientError | OSError) or (
        isinstance(below, asyncpg.InterfaceError) and "connection" in str(below)
    )
