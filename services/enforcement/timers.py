"""Timers of open outages: rows that survive restarts; the outage is the lock, so a timer never races a new fact."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Text, cast, delete, select
from sqlalchemy.dialects.postgresql import insert

from services.enforcement import tables
from shared.contracts.monitoring import OutageState
from shared.db.transaction import Transaction

BATCH = 50
_columns = tables.timer.c


async def set_for_outage(tx: Transaction, outage: OutageState, thresholds: Iterable[timedelta]) -> None:
    """One timer for each threshold that an open outage has still before it; a closed one needs none."""
    await tx.session.execute(delete(tables.timer).where(_columns.outage_id == outage.outage_id))
    if outage.ended_at is not None:
        return
    rows = [
        {"outage_id": outage.outage_id, "due_at": due_at, "correlation_id": tx.context.correlation_id}
        for due_at in sorted({outage.started_at + threshold for threshold in thresholds})
        if due_at > tx.now
    ]
    if rows:
        await tx.session.execute(insert(tables.timer).values(rows))


async def lock_due(tx: Transaction) -> list[tuple[UUID, str]]:
    """Outages with a due timer, locked, and the story of each; whoever holds one already is looking at it."""
    due = (
        select(_columns.outage_id, _columns.correlation_id)
        .join(tables.outage, tables.outage.c.key == cast(_columns.outage_id, Text))
        .where(_columns.due_at <= tx.now)
        .order_by(_columns.due_at)
        .limit(BATCH)
        .with_for_update(of=tables.outage, skip_locked=True)
    )
    return list({row.outage_id: row.correlation_id for row in await tx.session.execute(due)}.items())
