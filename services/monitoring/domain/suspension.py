"""When our own restriction takes a listing out of the measuring: while `use` or `call_api` is blocked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.contracts.effects import Cause, Effect, blocking

SUSPENDING = (Effect.USE, Effect.CALL_API)


@dataclass(frozen=True, slots=True)
class Suspension:
    """`since` is set while it lasts; `due_at` is when the answer changes without any message."""

    since: datetime | None
    due_at: datetime | None


def suspension(causes: Iterable[Cause], at: datetime) -> Suspension:
    relevant = [cause for cause in causes if not cause.effects.isdisjoint(SUSPENDING)]
    active = [cause for effect in SUSPENDING for cause in blocking(relevant, effect, at)]
    edges = [edge for cause in relevant for edge in (cause.from_, cause.until) if edge is not None and at < edge]
    return Suspension(min((cause.from_ for cause in active), default=None), min(edges, default=None))
