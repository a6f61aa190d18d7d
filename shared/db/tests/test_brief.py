"""A brief transaction: one statement that writes all or nothing, without BEGIN and COMMIT."""

import asyncpg
import pytest
from sqlalchemy import Column, Integer, Table

from shared.contracts.catalog import ListingSubmitted
from shared.db import transaction
from shared.db.engine import new_metadata
from shared.errors import Conflict, Transient
from shared.ids import new_id

metadata = new_metadata()
Table("things", metadata, Column("n", Integer, primary_key=True))
ADD = "INSERT INTO things VALUES (%s::int)"


@pytest.fixture
async def db(plain_db):
    return await plain_db("catalog", metadata)


def submitted(at):
    return ListingSubmitted(listing_id=new_id(), provider_id=new_id(), version=1, submitted_at=at)


async def write(db, *numbers, error=None):
    async with db.brief() as tx:
        for place, number in enumerate(numbers):
            tx.finish_with(f"part_{place}", ADD, number)
        tx.emit(submitted(tx.now))
        if error is not None:
            raise error


async def rows(db):
    async with db.transaction() as tx:
        counted = "SELECT (SELECT count(*) FROM things), (SELECT count(*) FROM outbox), (SELECT count(*) FROM audit)"
        return tuple(await tx.driver.fetchrow(counted))


@pytest.mark.parametrize("facts", [0, 1, 3])
async def test_its_parts_facts_and_records_are_written_together(db, facts):
    async with db.brief() as tx:
        tx.finish_with("one", ADD, 1)
        tx.finish_with("two", ADD, 2)
        tx.emit(*(submitted(tx.now) for _ in range(facts)))
        tx.record("try", "thing:1", new={"n": 1})
    assert await rows(db) == (2, facts, 1)


async def test_what_its_database_refuses_leaves_nothing(db):
    with pytest.raises(asyncpg.UniqueViolationError):
        await write(db, 1, 1)
    assert await rows(db) == (0, 0, 0)


async def test_what_raises_writes_nothing(db):
    with pytest.raises(Conflict):
        await write(db, 1, error=Conflict("no"))
    assert await rows(db) == (0, 0, 0)


async def test_a_process_that_stood_still_does_not_write_by_what_it_read_before(db, monkeypatch):
    monkeypatch.setattr(transaction, "BRIEF_SECONDS", -1.0)
    with pytest.raises(Transient):
        await write(db, 1)
    assert await rows(db) == (0, 0, 0)


async def test_it_has_no_session(db):
    async with db.brief() as tx:
        with pytest.raises(RuntimeError, match="no session"):
            _ = tx.session


async def test_one_fact_is_numbered_like_many(db):
    listing_id = new_id()
    for facts in (1, 2, 1):
        async with db.brief() as tx:
            fact = ListingSubmitted(listing_id=listing_id, provider_id=new_id(), version=1, submitted_at=tx.now)
            tx.emit(*[fact] * facts)
    async with db.transaction() as tx:
        found = await tx.driver.fetch("SELECT sequence FROM outbox ORDER BY position")
    assert [row["sequence"] for row in found] == [1, 2, 3, 4]
