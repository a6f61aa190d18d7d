"""Who acts, in which story, because of what: carried from the edge to each outbox row, audit row and log line."""

from contextvars import ContextVar, Token
from dataclasses import dataclass, field

from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Context:
    """`correlation_id` is the story, `causation_id` the fact or request before this step, `actor` who acts."""

    correlation_id: str = field(default_factory=lambda: str(new_id()))
    causation_id: str = ""
    actor: str = "system"
    traceparent: str = ""


_current: ContextVar[Context | None] = ContextVar("fairmarket_context", default=None)


def current_context() -> Context:
    return _current.get() or Context()


def known_context() -> Context | None:
    """The running step's context, or None outside of any step."""
    return _current.get()


def set_context(context: Context) -> Token[Context | None]:
    """Sets the context for the running task; each request, message and job tick sets its own."""
    return _current.set(context)


def restore_context(token: Token[Context | None]) -> None:
    """Puts back what was there before the `set_context` that gave the token."""
    _current.reset(token)
