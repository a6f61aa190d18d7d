"""The chain over the audit trail: everything is sealed, and whatever is done to it afterwards is found."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta, timezone

import asyncpg
import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, Text

from shared import audit
from shared.audit import Anchor, canonical, seal_trail, verify

ROWS = 7


async def _record(db, *numbers):
    async with db.transaction() as tx:
        for number in numbers:
            tx.record(
                "act", f"thing:{number}", old={"n": number}, new={"n": number + 1, "é": [1.10, None]}, reason="谁"
            )


async def _seal(db):
    async with db.transaction() as tx:
        return await seal_trail(tx)


async def _report(db, *anchors):
    driver = await asyncpg.connect(db.url)
    try:
        return await verify(driver, db.service, anchors)
    finally:
        await driver.close()


@pytest.fixture
async def trail(plain_db):
    """A database whose audit trail has seven sealed rows."""
    db = await plain_db("orders")
    for number in range(ROWS):
        await _record(db, number)
    await _seal(db)
    return db


@pytest.fixture
async def tamper(trail):
    driver = await asyncpg.connect(trail.url)
    yield driver.execute
    await driver.close()


async def _kinds(db, *anchors):
    return [(found.kind, found.number) for found in (await _report(db, *anchors)).findings]


async def test_an_honest_trail_is_fine(trail):
    report = await _report(trail)
    assert report.count == ROWS
    assert report.findings == []


async def test_an_empty_trail_is_fine(plain_db):
    db = await plain_db("orders")
    await _seal(db)
    assert (await _report(db)).findings == []


async def test_rows_sealed_later_continue_the_chain(trail):
    await _record(trail, 100, 101)
    before = await _report(trail)
    await _seal(trail)
    after = await _report(trail, Anchor(before.count, before.head_hash))
    assert (before.count, after.count) == (ROWS, ROWS + 2)
    assert after.findings == []


async def test_each_seal_is_told_with_count_and_head(trail):
    async with trail.transaction() as tx:
        told = await tx.driver.fetch("SELECT type, payload FROM outbox")
    report = await _report(trail)
    assert [row["type"] for row in told] == ["audit.sealed"]
    assert f'"count":{ROWS}' in told[0]["payload"]
    assert report.head_hash in told[0]["payload"]


async def test_nothing_new_is_no_new_seal(trail):
    await _seal(trail)
    async with trail.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM outbox") == 1


async def test_a_transaction_that_commits_late_is_still_sealed(plain_db):
    db = await plain_db("orders")
    async with AsyncExitStack() as stack:
        late = await stack.enter_async_context(db.transaction())
        late.record("act", "late")
        await late.finish()  # its row has the lower position, but is not committed yet
        await _record(db, 1)
        await _seal(db)
        assert (await _report(db)).count == 1
    await _seal(db)
    report = await _report(db)
    assert report.count == 2
    assert report.findings == []


async def test_only_one_sealer_works_at_a_time(trail):
    await _record(trail, 50)
    async with trail.transaction() as first:
        await seal_trail(first)
        async with trail.transaction() as second:
            assert await seal_trail(second) == 0
    report = await _report(trail)
    assert report.count == ROWS + 1
    assert report.findings == []


async def test_a_long_backlog_is_sealed_in_parts(trail, monkeypatch):
    monkeypatch.setattr(audit, "ROWS_AT_ONCE", 3)
    await _record(trail, *range(8))
    moved = [await _seal(trail) for _ in range(3)]
    report = await _report(trail)
    assert moved == [3, 3, 0]
    assert report.count == ROWS + 8
    assert report.findings == []


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'another'",
        "action = 'another'",
        "target = 'another'",
        "reason = ''",
        "correlation_id = 'another'",
        "at = at + interval '1 microsecond'",
        "old = '{\"n\": 4}'",
        "new = jsonb_set(new, '{é,0}', '\"1.10\"')",
        "new = jsonb_set(new, '{é,0}', '1.1000000000000000000001')",
    ],
)
async def test_a_changed_row_is_found(trail, tamper, change):
    await tamper(f"UPDATE audit SET {change} WHERE position = 4")
    assert await _kinds(trail) == [("changed", 4)]


async def test_a_deleted_row_is_found(trail, tamper):
    await tamper("DELETE FROM audit WHERE position = 3")
    assert await _kinds(trail) == [("missing", 3)]


async def test_a_row_deleted_together_with_its_link_is_found(trail, tamper):
    await tamper("DELETE FROM audit_chain WHERE number = 3")
    await tamper("DELETE FROM audit WHERE position = 3")
    assert await _kinds(trail) == [("missing", 4)]


async def test_a_row_deleted_and_the_chain_closed_up_is_found(trail, tamper):
    await tamper("DELETE FROM audit_chain WHERE number = 3")
    await tamper("DELETE FROM audit WHERE position = 3")
    for number in range(4, ROWS + 1):
        await tamper("UPDATE audit_chain SET number = number - 1 WHERE number = $1", number)
    assert await _kinds(trail) == [("changed", 3)]


async def test_a_tail_cut_off_is_found_by_the_seal_kept_elsewhere(trail, tamper):
    sealed = await _report(trail)
    await tamper("DELETE FROM audit_chain WHERE number > 5")
    await tamper("DELETE FROM audit WHERE position > 5")
    assert await _kinds(trail) == []
    assert await _kinds(trail, Anchor(sealed.count, sealed.head_hash)) == [("cut off", ROWS)]


async def test_a_trail_cut_off_and_grown_again_is_found(trail, tamper):
    sealed = await _report(trail)
    await tamper("DELETE FROM audit_chain WHERE number > 5")
    await tamper("DELETE FROM audit WHERE position > 5")
    await _record(trail, 1, 2, 3)
    await _seal(trail)
    assert await _kinds(trail, Anchor(sealed.count, sealed.head_hash)) == [("rewritten", ROWS)]


async def test_a_row_changed_and_the_chain_computed_anew_is_found(trail, tamper):
    sealed = await _report(trail)
    await tamper("UPDATE audit SET reason = 'nicer' WHERE position = 2")
    await tamper("DELETE FROM audit_chain")
    await tamper("UPDATE audit SET sealed = 0")
    await _seal(trail)
    assert await _kinds(trail) == []
    assert await _kinds(trail, Anchor(sealed.count, sealed.head_hash)) == [("rewritten", ROWS)]


async def test_an_inserted_row_is_found(trail, tamper):
    await tamper(
        """
        INSERT INTO audit (id, at, actor, action, target, old, new, reason, correlation_id, sealed)
        SELECT gen_random_uuid(), at, actor, action, target, old, new, reason, correlation_id, 1 FROM audit LIMIT 1
        """
    )
    assert await _kinds(trail) == [("inserted", 0)]


async def test_two_exchanged_rows_are_found(trail, tamper):
    await tamper(
        """
        WITH pair AS (DELETE FROM audit_chain WHERE number IN (3, 4) RETURNING *)
        INSERT INTO audit_chain (number, audit_id, link) SELECT number + 10, audit_id, link FROM pair
        """
    )
    await tamper("UPDATE audit_chain SET number = 4 WHERE number = 13")
    await tamper("UPDATE audit_chain SET number = 3 WHERE number = 14")
    assert ("changed", 3) in await _kinds(trail)


async def test_a_row_marked_as_unsealed_again_is_found(trail, tamper):
    await tamper("UPDATE audit SET sealed = 0 WHERE position = 6")
    assert await _kinds(trail) == [("changed", 6)]


async def test_a_chain_of_another_service_does_not_pass(trail):
    trail.service = "catalog"
    assert await _kinds(trail) == [("changed", 1)]


def test_the_spelling_of_a_row_does_not_depend_on_key_order_or_time_zone():
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    row = {
        "position": 1, "id": "x", "at": at, "actor": "a", "action": "b", "target": "c", "reason": "d",
        "correlation_id": "e", "old": '{"b": 1.50, "a": {"d": 2, "c": 3}}', "new": "{}",
    }  # fmt: skip
    same = row | {
        "at": at.astimezone(timezone(timedelta(hours=8))),
        "old": '{"a":{"c":3,"d":2},"b":1.50}',
    }
    assert canonical(row) == canonical(same)


ANCHORS = MetaData()
Table("audit_anchor", ANCHORS, Column("service", Text), Column("count", BigInteger), Column("head_hash", Text))


async def test_the_command_holds_each_trail_against_the_seals_kept_elsewhere(trail, tamper, plain_db, capsys):
    sealed = await _report(trail)
    keeper = await plain_db("enforcement", ANCHORS)
    async with keeper.transaction() as tx:
        await tx.driver.execute("INSERT INTO audit_anchor VALUES ('orders', $1, $2)", sealed.count, sealed.head_hash)
    command = ["verify", f"orders={trail.url}", f"enforcement={keeper.url}"]
    assert await asyncio.to_thread(audit.main, command) == 0
    assert f"{ROWS} rows" in capsys.readouterr().out
    await tamper("DELETE FROM audit_chain WHERE number > 5")
    await tamper("DELETE FROM audit WHERE position > 5")
    assert await asyncio.to_thread(audit.main, command) == 1
    assert f"cut off at {ROWS}" in capsys.readouterr().out


def test_the_command_needs_to_know_where_the_trails_are(monkeypatch):
    monkeypatch.delenv("AUDIT_DATABASES", raising=False)
    with pytest.raises(SystemExit):
        audit.main(["verify"])
