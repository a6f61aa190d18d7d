"""How the availability of targets is measured over a window, kept as it was told, and read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.monitoring.domain.availability import Availability, Told, measure
from services.monitoring.domain.timeline import State, Timeline, milliseconds
from shared.db.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Measured:
    """A target's availability in a window, beside what was told of it last."""

    listing_id: UUID
    provider_id: UUID
    followed_for: timedelta
    found: Availability
    told: Told | None


async def measure_due(tx: Transaction, window: timedelta, limit: int) -> list[Measured]:
    """Takes up to `limit` targets that are due, locked, and sums up their states since `window` ago."""
    rows = await tx.driver.fetch(
        """
        SELECT t.listing_id, t.provider_id, t.followed_at, t.state, t.since_ms, t.held_until_ms,
               a.per_mille, a.measured_at
        FROM target t LEFT JOIN availability a USING (listing_id)
        WHERE t.availability_due_at <= $1 ORDER BY t.availability_due_at LIMIT $2 FOR UPDATE OF t SKIP LOCKED
        """,
        tx.now,
        limit,
    )
    until_ms = milliseconds(tx.now)
    from_ms = milliseconds(tx.now - window)
    lasted = await _lasted(tx, [row["listing_id"] for row in rows], from_ms, until_ms)
    return [_measured(tx.now, row, lasted.get(row["listing_id"], {}), from_ms, until_ms) for row in rows]


def _measured(now: datetime, row: Any, lasted: dict[State, int], from_ms: int, until_ms: int) -> Measured:
    open_end = Timeline(State(row["state"]), row["since_ms"], row["held_until_ms"]).spans(until_ms)
    found = measure(open_end, from_ms, until_ms, lasted)
    told = None if row["measured_at"] is None else Told(row["per_mille"], row["measured_at"])
    return Measured(row["listing_id"], row["provider_id"], now - row["followed_at"], found, told)


async def _lasted(
    tx: Transaction, listing_ids: Sequence[UUID], from_ms: int, until_ms: int
) -> dict[UUID, dict[State, int]]:
    """How long each state that ended lasted inside the window."""
    rows = await tx.driver.fetch(
        """
        SELECT listing_id, state, sum(least(until_ms, $3) - greatest(from_ms, $2))::bigint AS lasted FROM state_span
        WHERE listing_id = ANY ($1::uuid[]) AND from_ms < $3 AND until_ms > $2 GROUP BY listing_id, state
        """,
        listing_ids,
        from_ms,
        until_ms,
    )
    found: dict[UUID, dict[State, int]] = {}
    for row in rows:
        found.setdefault(row["listing_id"], {})[State(row["state"])] = row["lasted"]
    return found


async def schedule(tx: Transaction, due: Sequence[tuple[UUID, datetime]]) -> None:
    await tx.driver.execute(
        """
        UPDATE target t SET availability_due_at = n.due_at
        FROM unnest($1::uuid[], $2::timestamptz[]) AS n (listing_id, due_at) WHERE t.listing_id = n.listing_id
        """,
        [listing_id for listing_id, _ in due],
        [due_at for _, due_at in due],
    )


async def keep_told(tx: Transaction, told: Sequence[Measured], window: timedelta) -> None:
    await tx.driver.execute(
        """
        INSERT INTO availability (listing_id, provider_id, per_mille, from_at, measured_at)
        SELECT listing_id, provider_id, per_mille, $4, $5
        FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS n (listing_id, provider_id, per_mille)
        ON CONFLICT (listing_id) DO UPDATE SET provider_id = excluded.provider_id, per_mille = excluded.per_mille,
            from_at = excluded.from_at, measured_at = excluded.measured_at
        """,
        [item.listing_id for item in told],
        [item.provider_id for item in told],
        [item.found.per_mille for item in told],
        tx.now - window,
        tx.now,
    )


async def told_after(tx: Transaction, after: str, limit: int) -> list[Any]:
    """In the order of the listings' ids, locked, so that no change slips between reading a state and telling it."""
    rows = await tx.driver.fetch(
        """
        SELECT * FROM availability WHERE $1::uuid IS NULL OR listing_id > $1
        ORDER BY listing_id LIMIT $2 FOR UPDATE
        """,
        UUID(after) if after else None,
        limit,
    )
    return list(rows)
