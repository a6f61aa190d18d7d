"""What people may read of targets, outages, availability and evidence. Never used to decide."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.monitoring import tables
from services.monitoring.domain.availability import Availability, measure
from services.monitoring.domain.maintenance import Maintenance
from services.monitoring.domain.timeline import Span, State, Timeline, milliseconds
from shared.db.transaction import Transaction


async def target(tx: Transaction, listing_id: UUID) -> Any | None:
    """The target with the number of merchants subscribed at this moment."""
    return await tx.driver.fetchrow(
        """
        SELECT t.*, (SELECT count(DISTINCT merchant_id) FROM subscription s
                     WHERE s.listing_id = t.listing_id AND s.status = 'active' AND s.starts_at <= $2 AND s.ends_at > $2
                    ) AS merchants
        FROM target t WHERE t.listing_id = $1
        """,
        listing_id,
        tx.now,
    )


async def outage(tx: Transaction, outage_id: UUID) -> Any | None:
    return await tx.driver.fetchrow("SELECT * FROM outage WHERE outage_id = $1", outage_id)


async def outages(tx: Transaction, listing_id: UUID, after: UUID | None, limit: int) -> list[Any]:
    """Newest first."""
    return list(
        await tx.driver.fetch(
            """
            SELECT * FROM outage WHERE listing_id = $1 AND ($2::uuid IS NULL OR outage_id < $2)
            ORDER BY outage_id DESC LIMIT $3
            """,
            listing_id,
            after,
            limit,
        )
    )


async def availability(tx: Transaction, listing_id: UUID, since: datetime, until: datetime) -> Availability | None:
    """None if there is no such target."""
    from_ms, until_ms = milliseconds(since), milliseconds(until)
    row = await tx.driver.fetchrow(
        "SELECT state, since_ms, held_until_ms FROM target WHERE listing_id = $1", listing_id
    )
    if row is None:
        return None
    ended = await tx.driver.fetch(
        "SELECT state, from_ms, until_ms FROM state_span WHERE listing_id = $1 AND from_ms < $3 AND until_ms > $2",
        listing_id,
        from_ms,
        until_ms,
    )
    spans = [Span(State(span["state"]), span["from_ms"], span["until_ms"]) for span in ended]
    now_ms = milliseconds(tx.now)
    spans += Timeline(State(row["state"]), row["since_ms"], row["held_until_ms"]).spans(now_ms)
    return measure(spans, from_ms, until_ms)


async def maintenance(tx: Transaction, maintenance_id: UUID) -> Maintenance | None:
    return await tx.session.get(Maintenance, maintenance_id)


async def maintenances(tx: Transaction, listing_id: UUID, after: UUID | None, limit: int) -> Sequence[Maintenance]:
    """The last announced first."""
    columns = tables.maintenance.c
    query = select(Maintenance).where(columns.listing_id == listing_id).order_by(columns.maintenance_id.desc())
    if after is not None:
        query = query.where(columns.maintenance_id < after)
    return (await tx.session.scalars(query.limit(limit))).all()


async def evidence(tx: Transaction, digest: str) -> bytes | None:
    document: bytes | None = await tx.driver.fetchval("SELECT document FROM evidence WHERE hash = $1", digest)
    return document
