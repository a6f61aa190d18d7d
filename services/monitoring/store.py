"""How targets, outages and what they rest on are loaded, locked and kept."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.monitoring import tables
from services.monitoring.domain.outage import Outage
from services.monitoring.domain.target import GAP_INTERVALS, Target
from services.monitoring.domain.timeline import Span, State, Timeline, milliseconds
from shared.contracts.effects import Cause
from shared.contracts.enforcement import RestrictionChanged
from shared.db.transaction import Transaction

_TARGET = "listing_id, provider_id, listing_kind, correlation_id, interval_ms, state, since_ms, held_until_ms"


def _target(row: Any) -> Target:
    return Target(
        row["listing_id"],
        row["provider_id"],
        row["listing_kind"],
        row["correlation_id"],
        row["interval_ms"],
        Timeline(State(row["state"]), row["since_ms"], row["held_until_ms"]),
    )


async def lock_target(tx: Transaction, listing_id: UUID, *, leased_by: str | None = None) -> Target | None:
    """The target, locked. With `leased_by`, only while that prober holds its lease: one that lost it has no say."""
    row = await tx.driver.fetchrow(
        f"SELECT {_TARGET} FROM target WHERE listing_id = $1 AND ($2::text IS NULL OR leased_by = $2) FOR UPDATE",
        listing_id,
        leased_by,
    )
    return _target(row) if row else None


async def keep_timeline(tx: Transaction, target: Target, ended: Sequence[Span]) -> None:
    await tx.driver.execute(
        "UPDATE target SET state = $2, since_ms = $3, held_until_ms = $4 WHERE listing_id = $1",
        target.listing_id,
        target.timeline.state,
        target.timeline.since_ms,
        target.timeline.held_until_ms,
    )
    if ended:
        await tx.driver.execute(
            """
            INSERT INTO state_span (listing_id, from_ms, until_ms, state)
            SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::text[])
            """,
            target.listing_id,
            [span.from_ms for span in ended],
            [span.until_ms for span in ended],
            [span.state for span in ended],
        )


async def note_look(tx: Transaction, listing_id: UUID, seen_ms: int, problem: str) -> None:
    await tx.driver.execute(
        "UPDATE target SET seen_ms = $2, problem = $3 WHERE listing_id = $1", listing_id, seen_ms, problem
    )


async def cut_spans(tx: Transaction, listing_id: UUID, at_ms: int) -> None:
    """Takes away what was measured at or after `at_ms`."""
    await tx.driver.execute("DELETE FROM state_span WHERE listing_id = $1 AND from_ms >= $2", listing_id, at_ms)
    await tx.driver.execute(
        "UPDATE state_span SET until_ms = $2 WHERE listing_id = $1 AND until_ms > $2", listing_id, at_ms
    )


async def lock_open_outage(tx: Transaction, listing_id: UUID) -> Outage | None:
    query = select(Outage).where(tables.outage.c.listing_id == listing_id, tables.outage.c.ended_at.is_(None))
    return await tx.session.scalar(query.with_for_update())


async def lock_outages_after(tx: Transaction, listing_id: UUID, at: datetime) -> Sequence[Outage]:
    """Those that are open or ended after `at`."""
    ends = tables.outage.c.ended_at
    query = select(Outage).where(tables.outage.c.listing_id == listing_id, ends.is_(None) | (ends > at))
    return (await tx.session.scalars(query.order_by(tables.outage.c.outage_id).with_for_update())).all()


async def lock_outage(tx: Transaction, outage_id: UUID) -> Outage | None:
    return await tx.session.scalar(select(Outage).where(tables.outage.c.outage_id == outage_id).with_for_update())


_SUBSCRIBED = """subscription s ON s.listing_id = o.listing_id AND s.status = 'active'
    AND s.starts_at <= $1 AND s.ends_at > o.started_at"""
# Whoever a provider on its way out still serves, until 30 days after the longest subscription to the listing (7.4).
_SERVED_OUT = """provider p ON p.key = o.provider_id::text
JOIN subscription s ON s.listing_id = o.listing_id AND s.status <> 'terminated' AND s.starts_at <= $1
    AND s.ends_at > (p.state ->> 'serves_out_since')::timestamptz
    AND o.started_at - interval '30 days' < (
        SELECT max(ends_at) FROM subscription l WHERE l.listing_id = o.listing_id AND l.status <> 'terminated')"""
_COUNTED = """SELECT 1 FROM outage_merchant m WHERE m.outage_id = o.outage_id AND m.merchant_id = s.merchant_id"""


async def add_affected_merchants(tx: Transaction, outage: Outage) -> int:
    """Adds those entitled at the outage's start or since who are not yet counted; returns how many there are."""
    await tx.driver.execute(
        f"""
        INSERT INTO outage_merchant (outage_id, merchant_id)
        SELECT o.outage_id, s.merchant_id FROM outage o JOIN {_SUBSCRIBED} WHERE o.outage_id = $2
        UNION
        SELECT o.outage_id, s.merchant_id FROM outage o JOIN {_SERVED_OUT} WHERE o.outage_id = $2
        ON CONFLICT DO NOTHING
        """,
        tx.now,
        outage.outage_id,
    )
    counted = await tx.driver.fetchval("SELECT count(*) FROM outage_merchant WHERE outage_id = $1", outage.outage_id)
    return int(counted)


async def add_evidence(tx: Transaction, kept: Iterable[tuple[str, UUID, int, bytes]]) -> None:
    rows = list(kept)
    await tx.driver.execute(
        """
        INSERT INTO evidence (hash, listing_id, at_ms, document)
        SELECT * FROM unnest($1::text[], $2::uuid[], $3::bigint[], $4::bytea[]) ON CONFLICT DO NOTHING
        """,
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
    )


async def causes_on(tx: Transaction, listing_id: UUID) -> list[Cause]:
    """Every cause in force or to come that can hit the listing: its own, its provider's, its category's."""
    rows = await tx.driver.fetch(
        """
        SELECT r.state::text FROM target t JOIN restriction r ON r.key IN (
            'listing:' || t.listing_id, 'provider:' || t.provider_id,
            'provider_category:' || t.provider_id || ':' || t.category)
        WHERE t.listing_id = $1
        """,
        listing_id,
    )
    states = [RestrictionChanged.model_validate_json(row["state"]) for row in rows]
    return [cause for state in states for cause in state.causes]


async def schedule_suspension(tx: Transaction, listing_id: UUID, due_at: datetime | None) -> None:
    await tx.driver.execute("UPDATE target SET suspension_due_at = $2 WHERE listing_id = $1", listing_id, due_at)


async def claim_suspensions_due(tx: Transaction, limit: int) -> list[UUID]:
    """Targets whose suspension starts or ends by the clock."""
    rows = await tx.driver.fetch(
        """
        SELECT listing_id FROM target WHERE suspension_due_at <= $1
        ORDER BY suspension_due_at LIMIT $2 FOR UPDATE SKIP LOCKED
        """,
        tx.now,
        limit,
    )
    return [row["listing_id"] for row in rows]


async def listings_under(tx: Transaction, kind: str, target_id: UUID, category: str) -> list[UUID]:
    """The targets that a restriction's target covers."""
    if kind == "listing":
        return [target_id]
    rows = await tx.driver.fetch(
        "SELECT listing_id FROM target WHERE provider_id = $1 AND ($2 = '' OR category = $2) ORDER BY listing_id",
        target_id,
        category,
    )
    return [row["listing_id"] for row in rows]


async def claim_uncounted_outage(tx: Transaction, counted_before: datetime) -> UUID | None:
    """An open outage with an entitled merchant who is not among the counted ones."""
    found: UUID | None = await tx.driver.fetchval(
        f"""
        SELECT outage_id FROM outage o
        WHERE ended_at IS NULL AND counted_at <= $2 AND (
            EXISTS (SELECT 1 FROM (SELECT 1) one JOIN {_SUBSCRIBED} AND NOT EXISTS ({_COUNTED}))
            OR EXISTS (SELECT 1 FROM (SELECT 1) one JOIN {_SERVED_OUT} AND NOT EXISTS ({_COUNTED})))
        ORDER BY counted_at LIMIT 1 FOR UPDATE SKIP LOCKED
        """,
        tx.now,
        counted_before,
    )
    return found


async def claim_lost_target(tx: Transaction) -> UUID | None:
    """A target with an open outage that was not known to be down for longer than a gap may last."""
    found: UUID | None = await tx.driver.fetchval(
        """
        SELECT t.listing_id FROM outage o JOIN target t USING (listing_id)
        WHERE o.ended_at IS NULL AND $1::bigint - $2::bigint * t.interval_ms >
            CASE t.state WHEN 'down' THEN t.held_until_ms ELSE t.since_ms END
        LIMIT 1 FOR UPDATE OF t SKIP LOCKED
        """,
        milliseconds(tx.now),
        GAP_INTERVALS,
    )
    return found


async def drop_evidence(tx: Transaction, before: datetime, limit: int) -> int:
    status: str = await tx.driver.execute(
        "DELETE FROM evidence WHERE hash IN (SELECT hash FROM evidence WHERE at_ms < $1 ORDER BY at_ms LIMIT $2)",
        milliseconds(before),
        limit,
    )
    return int(status.rpartition(" ")[2])
