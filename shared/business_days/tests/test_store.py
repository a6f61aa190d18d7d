"""The calendar in a service's database: published once, asked for deadlines, completed year by year."""

from datetime import date, datetime

from sqlalchemy import Boolean, Column, DateTime, Integer, Table

from shared.business_days import (
    SHANGHAI,
    Deadlines,
    Named,
    add_business_days,
    add_calendar,
    firm_up,
    known_days,
    publish_years,
    seed_calendar,
)
from shared.db.engine import new_metadata

METADATA = new_metadata()
add_calendar(METADATA)
Table("promise", METADATA, Column("promise_id", Integer, primary_key=True),
      Column("start_at", DateTime(timezone=True)), Column("business_days", Integer),
      Column("due_at", DateTime(timezone=True)), Column("is_provisional", Boolean))  # fmt: skip
PROMISES = Deadlines("promise", "promise_id")
LAST = max(known_days())


def at(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


async def test_seeding_again_changes_nothing_and_leaves_no_second_record(plain_db):
    db = await plain_db("registry", METADATA)
    for _ in range(2):
        async with db.transaction() as tx:
            await seed_calendar(tx)
    async with db.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM calendar_day") > 400
        assert await tx.driver.fetchval("SELECT count(*) FROM audit WHERE action = 'publish_calendar'") == 1


async def test_a_corrected_year_replaces_what_was_known_of_it(plain_db):
    db = await plain_db("registry", METADATA)
    async with db.transaction() as tx:
        await publish_years(tx, {2031: {date(2031, 3, 3): Named(False, "a mistake")}})
        assert await publish_years(tx, {2031: {date(2031, 3, 4): Named(False, "Festival")}})
        assert await tx.driver.fetch("SELECT day, name FROM calendar_day") == [(date(2031, 3, 4), "Festival")]


async def test_a_year_that_the_library_does_not_know_yet_survives_the_next_seeding(plain_db):
    db = await plain_db("registry", METADATA)
    async with db.transaction() as tx:
        await publish_years(tx, {LAST + 1: {}, LAST + 2: {}})
        await seed_calendar(tx)
        assert not (await add_business_days(tx, at(LAST + 1, 5, 10), 3)).is_provisional


async def test_a_provisional_deadline_moves_when_its_year_is_published(plain_db):
    db = await plain_db("registry", METADATA)
    start, days = at(LAST + 1, 3, 1), 5
    async with db.transaction() as tx:
        await seed_calendar(tx)
        guessed = await add_business_days(tx, start, days)
        await tx.driver.execute("INSERT INTO promise VALUES (1, $1, $2, $3, true)", start, days, guessed.due_at)
        assert guessed.is_provisional
        assert await firm_up(tx, PROMISES) == []
    off = guessed.due_at.astimezone(SHANGHAI).date()
    async with db.transaction() as tx:
        last_day = date.fromordinal(off.toordinal() - 1)
        await publish_years(tx, {LAST + 1: {last_day: Named(False, "Festival")}})
        assert await firm_up(tx, PROMISES) == [1]
        due_at, is_provisional = await tx.driver.fetchrow("SELECT due_at, is_provisional FROM promise")
    assert due_at > guessed.due_at
    assert not is_provisional
