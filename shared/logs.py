"""One JSON object per line, with service, correlation id and trace. Event names are dotted: `relay.rebuilt`.

Nothing personal is logged: no bodies, no tokens, and of an error only its first line, because what follows
it quotes values (`DETAIL: Key (email)=…`).
"""

import json
import logging
import sys
import traceback
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

from shared.context import known_context
from shared.settings import ServiceSettings

_SECRET = {"authorization", "token", "password", "secret", "body", "email", "phone", "identity_number", "bank_account"}
_LOUD = ("aiokafka", "httpx2", "httpcore2", "uvicorn.access", "alembic")


def configure(settings: ServiceSettings, service_name: str) -> None:
    """Once per process. Libraries that log by the standard library come out in the same form."""

    def add_service(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["service"] = service_name
        return event

    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        add_service,
        add_story,
        hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, tell_error, structlog.processors.JSONRenderer(_dump)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    render = structlog.processors.JSONRenderer(lambda event, **_: _dump(event).decode())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, tell_error, render],
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _LOUD:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def add_story(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    context = known_context()
    if context is not None:
        event.setdefault("correlation_id", context.correlation_id)
        if context.traceparent:
            event.setdefault("trace", context.traceparent[3:35])
    return event


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for name in _SECRET.intersection(event):
        event[name] = "[hidden]"
    return event


def tell_error(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replaces `exc_info` by the error's type, its first line, and where it was raised."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
        event["message"] = str(error).partition("\n")[0][:300]
        event["raised_at"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)[-12:]
        ]
    return event


def _dump(event: Any, **_options: Any) -> bytes:
    try:
        return orjson.dumps(event, default=str)
    except TypeError:  # a lone surrogate or a huge integer, which orjson refuses
        return json.dumps(event, default=str).encode()
