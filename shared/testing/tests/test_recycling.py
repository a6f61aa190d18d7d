"""A database that a test gives back is as good as new, or is thrown away."""

import asyncpg
import pytest

from shared.testing.recycling import made_new, shape_of


@pytest.fixture
async def url(databases):
    made = await databases.of_service("orders")
    yield made
    await databases.drop(made)


async def run(url, *statements):
    driver = await asyncpg.connect(url)
    try:
        for statement in statements:
            await driver.execute(statement)
    finally:
        await driver.close()


async def value(url, query):
    driver = await asyncpg.connect(url)
    try:
        return await driver.fetchval(query)
    finally:
        await driver.close()


async def test_what_was_written_is_gone_and_numbers_begin_at_one_again(url):
    shape = await shape_of(url)
    await run(url, "SELECT nextval('outbox_position_seq')", "INSERT INTO restriction VALUES ('k', 1, '{}')")
    assert await made_new(url, shape)
    assert await value(url, "SELECT nextval('outbox_position_seq')") == 1
    assert await value(url, "SELECT count(*) FROM restriction") == 0


async def test_append_only_tables_are_emptied_too(url):
    shape = await shape_of(url)
    entry = "INSERT INTO ledger_entry VALUES (gen_random_uuid(), 'x', 'y', gen_random_uuid(), now())"
    await run(url, "SET session_replication_role = replica", entry)
    assert await made_new(url, shape)
    assert await value(url, "SELECT count(*) FROM ledger_entry") == 0


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE extra (n int)",
        "ALTER TABLE restriction ADD COLUMN extra int",
        "ALTER TABLE restriction RENAME COLUMN state TO other",
        "ALTER TABLE posting DISABLE TRIGGER ALL",
        "ALTER TABLE restriction ADD CONSTRAINT c CHECK (sequence > 0)",
        "UPDATE alembic_version SET version_num = '0000'",
        "GRANT SELECT ON restriction TO public",
    ],
)
async def test_a_database_whose_schema_was_touched_is_not_given_to_another_test(url, change):
    shape = await shape_of(url)
    await run(url, change)
    assert not await made_new(url, shape)


async def test_a_database_in_which_somebody_still_is_is_not_given_to_another_test(url):
    shape = await shape_of(url)
    left = await asyncpg.connect(url)
    assert not await made_new(url, shape)
    await left.close()
