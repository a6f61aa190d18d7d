"""One story, read by its correlation id: what this service recorded and what it told, in the order of time."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, Json

from shared.errors import Invalid
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.pagination import PageOf, PageRequest, Paging

router = APIRouter(tags=["timeline"])
CanAudit = Annotated[Caller, requires(Role.AUDITOR)]

_STORY = """
SELECT * FROM (
    SELECT at, id, 'audit' AS kind, action AS name, target AS about, actor, reason, NULL::bigint AS sequence,
           jsonb_build_object('old', old, 'new', new)::text AS data
    FROM audit WHERE correlation_id = $1
    UNION ALL
    SELECT occurred_at, id, 'fact', type, aggregatetype || '/' || aggregateid, '', '', sequence, payload
    FROM outbox WHERE correlation_id = $1
    UNION ALL
    SELECT occurred_at, id, 'fact', type, aggregatetype || '/' || aggregateid, '', '', sequence, payload
    FROM event_log WHERE correlation_id = $1
) story
WHERE $2::timestamptz IS NULL OR (at, id) > ($2, $3::uuid)
ORDER BY at, id LIMIT $4
"""


class TimelineEntry(BaseModel):
    """An audit record (who did what to `about`) or a fact that was told (`name` is its type)."""

    at: datetime
    id: UUID
    kind: Literal["audit", "fact"]
    name: str
    about: str
    actor: str
    reason: str
    sequence: int | None
    data: Json[Any]


@router.get("/v1/timeline/{correlation_id}", operation_id="read_timeline", response_model=PageOf[TimelineEntry])
async def read_timeline(
    correlation_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{1,64}$")], caller: CanAudit, tx: Tx, paging: Paging
) -> PageOf[TimelineEntry]:
    """What happened in this service under one correlation id. Facts stay readable as long as the event log does."""
    rows = await tx.driver.fetch(_STORY, correlation_id, *_position(paging), paging.limit + 1)
    entries = [TimelineEntry(**dict(row)) for row in rows]
    return paging.page(entries, lambda entry: {"at": entry.at.isoformat(), "id": entry.id})


def _position(paging: PageRequest) -> tuple[datetime | None, UUID | None]:
    if paging.after is None:
        return None, None
    try:
        return datetime.fromisoformat(paging.after["at"]), UUID(paging.after["id"])
    except (KeyError, ValueError, TypeError):
        raise Invalid("The cursor is not one of this list; start again without it.") from None
