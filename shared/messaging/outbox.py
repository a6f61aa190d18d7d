"""The relay's statements: reading the outbox and the `event_log`, settling what was acknowledged, its orders.

Each takes the session that holds the shard's lock, so that a relay without the lock can do none of them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import asyncpg

from shared.clock import utc_now
from shared.ids import floor_id

BATCH = 2000
_COLUMNS = (
    "position, id, aggregatetype, aggregateid, sequence, type, payload, occurred_at,"
    " correlation_id, causation_id, traceparent"
)
_OURS = "mod(abs(hashtext(aggregateid)::bigint), $1) = $2"


@dataclass(frozen=True, slots=True)
class Orders:
    """What the relay of a shard knows of the broker, and is told to do.

    `identities` are the first records of the partitions, `ends` what they had grown to when it was last written down.
    `mode` is running, paused (send nothing) or adopt (the next log is a new one on purpose: do not republish).
    """

    cluster_id: str = ""
    identities: dict[int, str] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)
    mode: str = "running"
    republish_from: int | None = None
    republish_upto: int | None = None


async def orders(connection: asyncpg.Connection, shard: int) -> Orders:
    row = await connection.fetchrow("SELECT * FROM relay_state WHERE shard = $1", shard)
    if row is None:
        await connection.execute("INSERT INTO relay_state (shard) VALUES ($1) ON CONFLICT DO NOTHING", shard)
        return Orders()
    known = {int(partition): seen for partition, seen in json.loads(row["incarnation"] or "{}").items()}
    return Orders(
        row["cluster_id"],
        {partition: seen["identity"] for partition, seen in known.items()},
        {partition: seen["end"] for partition, seen in known.items()},
        row["mode"],
        row["republish_from"],
        row["republish_upto"],
    )


async def adopt_log(
    connection: asyncpg.Connection, shard: int, cluster_id: str, identities: dict[int, str], ends: dict[int, int]
) -> None:
    """From now on this is the log that is written to."""
    await connection.execute(
        "UPDATE relay_state SET cluster_id = $2, incarnation = $3,"
        " mode = CASE WHEN mode = 'adopt' THEN 'running' ELSE mode END WHERE shard = $1",
        shard, cluster_id, _known(identities, ends),
    )  # fmt: skip


def _known(identities: dict[int, str], ends: dict[int, int]) -> str:
    return json.dumps({partition: {"identity": identities[partition], "end": ends[partition]} for partition in ends})


async def request_republish(connection: asyncpg.Connection, shard: int | None = None) -> int:
    """Asks the relay (of one shard, or of all) to send the whole `event_log` window again; returns its size."""
    await connection.execute(
        """
        UPDATE relay_state SET republish_from = bounds.low - 1, republish_upto = bounds.high
        FROM (SELECT min(position) AS low, max(position) AS high FROM event_log) AS bounds
        WHERE bounds.high IS NOT NULL AND ($1::int IS NULL OR shard = $1)
        """,
        shard,
    )
    return int(await connection.fetchval("SELECT count(*) FROM event_log"))


async def unsent(connection: asyncpg.Connection, shards: int, shard: int) -> list[Any]:
    return list(
        await connection.fetch(
            f"SELECT {_COLUMNS} FROM outbox WHERE {_OURS} ORDER BY position LIMIT {BATCH}", shards, shard
        )
    )


async def sent_before(connection: asyncpg.Connection, shards: int, shard: int, told: Orders) -> list[Any]:
    rows = await connection.fetch(
        f"SELECT {_COLUMNS} FROM event_log WHERE {_OURS} AND position > $3 AND position <= $4"
        f" ORDER BY position LIMIT {BATCH}",
        shards, shard, told.republish_from, told.republish_upto,
    )  # fmt: skip
    return list(rows)


async def settle(connection: asyncpg.Connection, positions: Sequence[int], event_log_days: int) -> None:
    """Acknowledged rows leave the outbox and stay in the `event_log` for its window."""
    await connection.execute(
        f"""
        WITH moved AS (DELETE FROM outbox WHERE position = ANY($1::bigint[]) RETURNING {_COLUMNS})
        INSERT INTO event_log ({_COLUMNS}) SELECT {_COLUMNS} FROM moved WHERE id >= $2
        """,
        positions,
        floor_id(utc_now() - timedelta(days=event_log_days)),
    )


async def note_ends(
    connection: asyncpg.Connection, shard: int, identities: dict[int, str], ends: dict[int, int]
) -> None:
    """A log that is shorter than this when it is looked at again has lost something."""
    await connection.execute(
        "UPDATE relay_state SET incarnation = $2 WHERE shard = $1", shard, _known(identities, ends)
    )


async def republished(connection: asyncpg.Connection, shard: int, told: Orders, upto: int | None) -> None:
    """Moves the republishing mark; None when the window is through. A request that came meanwhile stands."""
    await connection.execute(
        "UPDATE relay_state SET republish_from = $2::bigint,"
        " republish_upto = CASE WHEN $2::bigint IS NULL THEN NULL ELSE republish_upto END"
        " WHERE shard = $1 AND republish_from = $3 AND republish_upto = $4",
        shard, upto, told.republish_from, told.republish_upto,
    )  # fmt: skip
