"""Day partitions of `event_log` and `inbox`, by the day inside the UUIDv7; old days are dropped, never deleted from."""

import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import asyncpg

from shared.db.transaction import Transaction
from shared.ids import floor_id

AHEAD = timedelta(days=2)  # beyond tomorrow, so that a worker that slept over a weekend finds its partition
_NAME = re.compile(r"(event_log|inbox)_(\d{8})")
_LOCK = 0x7061_7274  # "part": two workers must not create the same day


@dataclass(frozen=True, slots=True)
class Partition:
    """One UTC day of one table."""

    table: str
    day: date

    @property
    def name(self) -> str:
        return f"{self.table}_{self.day:%Y%m%d}"

    @property
    def bounds(self) -> tuple[UUID, UUID]:
        """From this day's smallest UUIDv7 up to, not including, the next day's."""
        return _floor(self.day), _floor(self.day + timedelta(days=1))


def _floor(day: date) -> UUID:
    return floor_id(datetime.combine(day, time(), tzinfo=UTC))


def is_partition(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


def wanted(table: str, now: datetime, days: int) -> Iterator[Partition]:
    """From the day of `now - days` to two days beyond tomorrow."""
    day, last = (now - timedelta(days=days)).date(), (now + timedelta(days=1) + AHEAD).date()
    while day <= last:
        yield Partition(table, day)
        day += timedelta(days=1)


def expired(names: list[str], table: str, now: datetime, days: int) -> list[Partition]:
    """The partitions among `names` that lie wholly before the window, oldest first."""
    first = (now - timedelta(days=days)).date()
    found = (_NAME.fullmatch(name) for name in sorted(names))
    parsed = (Partition(m[1], datetime.strptime(m[2], "%Y%m%d").replace(tzinfo=UTC).date()) for m in found if m)
    return [partition for partition in parsed if partition.table == table and partition.day < first]


async def _existing(driver: asyncpg.Connection, table: str) -> list[str]:
    rows = await driver.fetch(
        "SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent = $1::text::regclass",
        table,
    )
    return [row["relname"] for row in rows]


async def _change(driver: asyncpg.Connection, now: datetime, days: dict[str, int]) -> int:
    changed = 0
    for table, kept in days.items():
        existing = await _existing(driver, table)
        for partition in wanted(table, now, kept):
            if partition.name in existing:
                continue
            low, high = partition.bounds
            # Attaching locks the parent far less than CREATE ... PARTITION OF, so traffic goes on.
            await driver.execute(
                f"CREATE TABLE {partition.name} (LIKE {table} INCLUDING ALL);"
                f"ALTER TABLE {table} ATTACH PARTITION {partition.name} FOR VALUES FROM ('{low}') TO ('{high}')"
            )
            changed += 1
        for partition in expired(existing, table, now, kept):
            await driver.execute(f"DROP TABLE {partition.name}")
            changed += 1
    return changed


async def maintain(driver: asyncpg.Connection, now: datetime, event_log_days: int, inbox_days: int) -> int:
    """Creates the days of the window and drops those before it; returns how many partitions changed.

    In the caller's transaction, if there is one.
    """
    _check(event_log_days, inbox_days)
    async with nullcontext() if driver.is_in_transaction() else driver.transaction():
        await driver.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        return await _change(driver, now, {"event_log": event_log_days, "inbox": inbox_days})


def _check(event_log_days: int, inbox_days: int) -> None:
    if inbox_days <= event_log_days:
        raise ValueError("the inbox must outlive the event log: a republished fact would be applied twice")


def maintaining(event_log_days: int, inbox_days: int) -> Callable[[Transaction], Awaitable[int]]:
    """The `run` of a worker's job that keeps the window moving."""
    _check(event_log_days, inbox_days)

    async def maintain_partitions(tx: Transaction) -> int:
        return await maintain(tx.driver, tx.now, event_log_days, inbox_days)

    return maintain_partitions
