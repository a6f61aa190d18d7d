"""Day partitions: their bounds, the window, and what happens at its ends."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from shared.db import partitions
from shared.db.partitions import Partition
from shared.db.transaction import Database
from shared.ids import floor_id, time_of

NOW = datetime(2026, 3, 10, 23, 59, tzinfo=UTC)


def test_a_partition_holds_exactly_the_ids_of_its_day():
    low, high = Partition("inbox", date(2026, 3, 10)).bounds
    assert time_of(low) == datetime(2026, 3, 10, tzinfo=UTC)
    assert low <= floor_id(datetime(2026, 3, 10, 23, 59, 59, 999_000, tzinfo=UTC)) < high
    assert high == Partition("inbox", date(2026, 3, 11)).bounds[0]


def test_the_window_reaches_from_retention_to_two_days_beyond_tomorrow():
    days = [partition.day for partition in partitions.wanted("event_log", NOW, 7)]
    assert days[0] == date(2026, 3, 3)
    assert days[-1] == date(2026, 3, 13)
    assert len(days) == 11


def test_only_days_wholly_before_the_window_are_dropped():
    names = [partition.name for partition in partitions.wanted("event_log", NOW, 9)] + ["outbox", "inbox_20200101"]
    assert [p.name for p in partitions.expired(names, "event_log", NOW, 7)] == [
        "event_log_20260301",
        "event_log_20260302",
    ]


def test_an_inbox_that_forgets_before_the_event_log_is_refused():
    with pytest.raises(ValueError, match="outlive"):
        partitions.maintaining(7, 7)


async def test_maintaining_twice_changes_nothing(plain_db):
    db: Database = await plain_db("orders")
    async with db.transaction() as tx:
        assert await partitions.maintain(tx.driver, tx.now, 7, 30) == 0


async def test_the_window_moves_with_the_clock_and_drops_old_days(plain_db, clock):
    db: Database = await plain_db("orders")
    today = floor_id(clock())
    async with db.transaction() as tx:
        await tx.driver.execute("INSERT INTO inbox VALUES ($1)", today)
    clock.advance(timedelta(days=31))
    async with db.transaction() as tx:
        assert await partitions.maintain(tx.driver, tx.now, 7, 30) > 0
        assert await tx.driver.fetchval("SELECT count(*) FROM inbox") == 0
        await tx.driver.execute("INSERT INTO inbox VALUES ($1)", floor_id(clock() + timedelta(days=3)))


async def test_a_fact_from_before_the_window_has_no_place(plain_db, clock):
    db: Database = await plain_db("orders")
    with pytest.raises(asyncpg.CheckViolationError):
        async with db.transaction() as tx:
            await tx.driver.execute("INSERT INTO inbox VALUES ($1)", floor_id(clock() - timedelta(days=40)))


async def test_a_second_copy_is_refused_wherever_the_partition_lies(plain_db):
    db: Database = await plain_db("orders")
    copy = UUID(int=floor_id(db.clock()).int + 5)
    async with db.transaction() as tx:
        await tx.driver.execute("INSERT INTO inbox VALUES ($1)", copy)
    async with db.transaction() as tx:
        again = "INSERT INTO inbox VALUES ($1) ON CONFLICT DO NOTHING RETURNING event_id"
        assert await tx.driver.fetch(again, copy) == []
