"""The consumer's rows: offsets, inbox, parked keys and records, dead letters. Each call is one statement."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from aiokafka import ConsumerRecord, TopicPartition

from shared.errors import Transient
from shared.messaging.outcome import DeadLetter
from shared.messaging.position import Stored


class UnpositionedError(Transient):
    """The partition has no offset row (any more): it must be positioned anew."""


async def stored_positions(
    driver: asyncpg.Connection, partitions: Sequence[TopicPartition]
) -> dict[TopicPartition, Stored]:
    rows = await driver.fetch(
        "SELECT topic, partition, next_offset, cluster_id, incarnation FROM consumer_offset"
        " WHERE topic = ANY($1::text[])",
        list({tp.topic for tp in partitions}),
    )
    found = {
        TopicPartition(row["topic"], row["partition"]): Stored(
            row["next_offset"], row["cluster_id"], row["incarnation"]
        )
        for row in rows
    }
    return {tp: found[tp] for tp in partitions if tp in found}


async def set_position(
    driver: asyncpg.Connection, tp: TopicPartition, at: Stored, *, rewind: bool = False, problem: str = ""
) -> None:
    """Notes which log is read. The offset of a known partition stays, unless it is rewound: its last owner may still
    be committing, and must not be moved back."""
    await driver.execute(
        """
        INSERT INTO consumer_offset AS o (topic, partition, next_offset, cluster_id, incarnation, problem)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (topic, partition) DO UPDATE SET cluster_id = excluded.cluster_id,
            incarnation = excluded.incarnation, problem = excluded.problem,
            next_offset = CASE WHEN $7 THEN excluded.next_offset ELSE o.next_offset END
        """,
        tp.topic, tp.partition, at.next_offset, at.cluster_id, at.incarnation, problem, rewind,
    )  # fmt: skip


async def lock_position(driver: asyncpg.Connection, tp: TopicPartition) -> Stored:
    """The fence: whoever holds this lock is the only one who may apply records of the partition."""
    row = await driver.fetchrow(
        "SELECT next_offset, cluster_id, incarnation FROM consumer_offset"
        " WHERE topic = $1 AND partition = $2 FOR UPDATE",
        tp.topic,
        tp.partition,
    )
    if row is None:
        raise UnpositionedError(f"{tp.topic}-{tp.partition} has no offset")
    return Stored(*row)


async def advance(driver: asyncpg.Connection, tp: TopicPartition, next_offset: int, incarnation: str) -> None:
    await driver.execute(
        "UPDATE consumer_offset SET next_offset = $3, incarnation = $4 WHERE topic = $1 AND partition = $2",
        tp.topic, tp.partition, next_offset, incarnation,
    )  # fmt: skip


async def first_times(driver: asyncpg.Connection, event_ids: Iterable[UUID]) -> set[UUID]:
    """Remembers these facts; returns those that were not known. Copes with one id twice in the call."""
    rows = await driver.fetch(
        "INSERT INTO inbox (event_id) SELECT DISTINCT unnest($1::uuid[]) ORDER BY 1 ON CONFLICT DO NOTHING"
        " RETURNING event_id",
        list(event_ids),
    )
    return {row["event_id"] for row in rows}


async def lock_parked(driver: asyncpg.Connection, topic: str, keys: Iterable[bytes]) -> set[bytes]:
    """Which of these keys are parked. The lock makes consumer and drain take turns on a key."""
    rows = await driver.fetch(
        "SELECT key FROM parked_key WHERE topic = $1 AND key = ANY($2::bytea[]) ORDER BY key FOR UPDATE",
        topic,
        list(keys),
    )
    return {row["key"] for row in rows}


async def park_key(
    driver: asyncpg.Connection, topic: str, key: bytes, *, state: str, due_at: datetime | None, now: datetime
) -> None:
    await driver.execute(
        """
        INSERT INTO parked_key (topic, key, state, attempts, due_at, parked_at) VALUES ($1, $2, $3, 0, $4, $5)
        ON CONFLICT (topic, key) DO UPDATE SET state = excluded.state, due_at = excluded.due_at
        """,
        topic, key, state, due_at, now,
    )  # fmt: skip


async def park_records(driver: asyncpg.Connection, records: Sequence[ConsumerRecord], now: datetime) -> None:
    """Keeps records, in order, behind the one that stopped their key."""
    await driver.executemany(
        'INSERT INTO parked_record (topic, partition, "offset", key, headers, value, received_at)'
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [(*_columns(record), now) for record in records],
    )


async def bury(driver: asyncpg.Connection, record: ConsumerRecord, letter: DeadLetter, now: datetime) -> None:
    await driver.execute(
        'INSERT INTO dead_letter (topic, partition, "offset", key, headers, value, received_at, reason, error)'
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        *_columns(record), now, letter.reason.value, _printable(letter.error),
    )  # fmt: skip


def _printable(text: str) -> str:
    """What Postgres can store: no NUL, no half of a surrogate pair."""
    return text[:4000].replace("\x00", "\\0").encode(errors="replace").decode()


def _columns(record: ConsumerRecord) -> tuple[str, int, int, bytes, str, bytes]:
    # Latin-1 maps every byte to one character and back, so that headers of any bytes fit into JSON.
    headers = json.dumps([[name, (value or b"").decode("latin-1")] for name, value in record.headers])
    return (
        record.topic,
        record.partition,
        record.offset,
        record.key or b"",
        headers.replace("\\u0000", "\\ufffd"),
        record.value or b"",
    )


def record_of(row: asyncpg.Record) -> ConsumerRecord:
    """The Kafka record that a parked or dead-lettered row keeps."""
    return ConsumerRecord(
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        timestamp=0,
        timestamp_type=0,
        key=row["key"],
        value=row["value"],
        checksum=None,
        serialized_key_size=len(row["key"]),
        serialized_value_size=len(row["value"]),
        headers=tuple((name, value.encode("latin-1", "replace")) for name, value in row["headers"]),
    )
