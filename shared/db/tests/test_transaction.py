"""One request, one message, one tick = one transaction: all of it or nothing, whatever interrupts it."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import Column, Integer, Table, insert

from shared.context import Context, restore_context, set_context
from shared.contracts.catalog import ListingSubmitted
from shared.db.engine import new_metadata
from shared.db.transaction import Database
from shared.ids import new_id

metadata = new_metadata()
things = Table("things", metadata, Column("n", Integer, primary_key=True))


@pytest.fixture
async def db(plain_db):
    return await plain_db("catalog", metadata)


@pytest.fixture
async def narrow(db):
    """The same database through one connection: what one transaction leaves behind, the next one meets."""
    database = Database("catalog", db.url, pool_size=1)
    yield database
    await database.close()


async def _numbers(db):
    async with db.transaction() as tx:
        return [row["n"] for row in await tx.driver.fetch("SELECT n FROM things ORDER BY n")]


async def _fail_after(db, *steps, error):
    async with db.transaction() as tx:
        for step in steps:
            await step(tx)
        raise error


async def test_orm_and_driver_share_one_transaction(db):
    async with db.transaction() as tx:
        await tx.session.execute(insert(things).values(n=1))
        assert await tx.driver.fetchval("SELECT count(*) FROM things") == 1
        await tx.driver.execute("INSERT INTO things VALUES (2)")
        assert len((await tx.session.execute(things.select())).all()) == 2
    assert await _numbers(db) == [1, 2]


async def test_what_raises_leaves_nothing_behind(db):
    with pytest.raises(ZeroDivisionError):
        await _fail_after(
            db,
            lambda tx: tx.session.execute(insert(things).values(n=1)),
            lambda tx: tx.driver.execute("INSERT INTO things VALUES (2)"),
            lambda tx: asyncio.sleep(0, tx.record("try", "thing:1")),
            lambda tx: tx.finish(),
            error=ZeroDivisionError(),
        )
    assert await _numbers(db) == []
    async with db.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM audit") == 0


async def test_a_failing_statement_fails_the_transaction_and_not_the_connection(narrow):
    with pytest.raises(asyncpg.UniqueViolationError):
        await _fail_after(
            narrow, *[lambda tx: tx.driver.execute("INSERT INTO things VALUES (1)")] * 2, error=AssertionError()
        )
    assert await _numbers(narrow) == []


async def test_a_fact_an_audit_record_and_the_change_commit_together(db, clock):
    listing = new_id()
    async with db.transaction(Context(actor="anna", correlation_id="story")) as tx:
        await tx.driver.execute("INSERT INTO things VALUES (1)")
        tx.emit(ListingSubmitted(listing_id=listing, provider_id=listing, version=1, submitted_at=tx.now))
        tx.record("submit", f"listing:{listing}", old={"version": 0}, new={"version": 1}, reason="the first one")
    async with db.transaction() as tx:
        fact = await tx.driver.fetchrow("SELECT * FROM outbox")
        audit = await tx.driver.fetchrow("SELECT * FROM audit")
    assert (fact["aggregateid"], fact["correlation_id"]) == (str(listing), "story")
    assert (audit["actor"], audit["action"], audit["target"]) == ("anna", "submit", f"listing:{listing}")
    assert (audit["old"], audit["new"]) == ({"version": 0}, {"version": 1})
    assert (audit["at"], audit["correlation_id"], audit["reason"]) == (clock.at, "story", "the first one")


async def test_facts_of_one_transaction_keep_their_order_and_their_own_contexts(db):
    listing = new_id()
    async with db.transaction() as tx:
        for version in (1, 2, 3):
            tx.context = Context(correlation_id=f"story-{version}")
            tx.emit(ListingSubmitted(listing_id=listing, provider_id=listing, version=version, submitted_at=tx.now))
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT sequence, correlation_id FROM outbox ORDER BY position")
    assert [tuple(row) for row in rows] == [(1, "story-1"), (2, "story-2"), (3, "story-3")]


async def test_a_hot_paths_own_statement_rides_along(db):
    async with db.transaction() as tx:
        tx.finish_with("added", "INSERT INTO things VALUES (%s::int)", 7)
        tx.record("add", "thing:7")
    assert await _numbers(db) == [7]


async def test_the_running_context_is_taken_when_none_is_given(db):
    token = set_context(Context(actor="bo"))
    async with db.transaction() as tx:
        assert tx.context.actor == "bo"
    restore_context(token)


async def test_now_stands_still_within_a_transaction(db, clock):
    async with db.transaction() as tx:
        before = tx.now
        clock.advance(timedelta(hours=1))
        assert tx.now == before


async def test_a_cancelled_transaction_leaves_nothing_and_its_connection_is_clean(narrow):
    started = asyncio.Event()

    async def work():
        async with narrow.transaction() as tx:
            await tx.driver.execute("INSERT INTO things VALUES (1)")
            started.set()
            await tx.driver.execute("SELECT pg_sleep(30)")

    task = asyncio.create_task(work())
    await started.wait()
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await _numbers(narrow) == []


async def test_a_transaction_whose_rollback_is_cancelled_too_is_not_committed_by_the_next_one(narrow, monkeypatch):
    reached, execute = asyncio.Event(), asyncpg.Connection.execute

    async def stuck(self, sql, *arguments):
        if sql == "ROLLBACK":
            reached.set()
            await asyncio.sleep(30)
        return await execute(self, sql, *arguments)

    monkeypatch.setattr(asyncpg.Connection, "execute", stuck)
    insert_one = "INSERT INTO things VALUES (1)"
    task = asyncio.create_task(_fail_after(narrow, lambda tx: tx.driver.execute(insert_one), error=ZeroDivisionError()))
    await asyncio.wait_for(reached.wait(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    monkeypatch.undo()
    async with narrow.transaction() as tx:
        await tx.driver.execute("INSERT INTO things VALUES (2)")
    assert await _numbers(narrow) == [2]


async def test_a_transaction_cancelled_while_it_begins_leaves_no_open_one_in_the_pool(narrow):
    assert await _numbers(narrow) == []
    for wait in (0, 0.0005, 0.001, 0.002):
        task = asyncio.create_task(_numbers(narrow))
        await asyncio.sleep(wait)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with narrow.transaction() as tx:
            assert not await tx.driver.fetchval("SELECT now() < statement_timestamp() - interval '1 second'")
            assert await tx.driver.fetchval("SELECT count(*) FROM things") == 0


async def test_a_connection_that_the_server_closed_is_replaced(narrow):
    async with narrow.transaction() as tx:
        first = await tx.driver.fetchval("SELECT pg_backend_pid()")

    async def be_killed():
        async with narrow.transaction() as tx:
            await tx.driver.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await be_killed()
    async with narrow.transaction() as tx:
        assert await tx.driver.fetchval("SELECT pg_backend_pid()") != first
