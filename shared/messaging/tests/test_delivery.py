"""Laws 1 to 3 end to end: from a commit in one service to exactly one effect, in order, in another."""

import asyncio

import pytest

from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.apply import Applier
from shared.messaging.consumer import Consumer
from shared.messaging.tests.gate import Gate
from shared.messaging.tests.part_process import part_process
from shared.messaging.tests.stage import eventually, record_of, running, submitted

pytestmark = pytest.mark.kafka


async def test_a_committed_fact_arrives_and_a_rolled_back_one_never_does(stage):
    kept, dropped = new_id(), new_id()

    async def roll_back():
        async with stage.owner.transaction() as tx:
            tx.emit(submitted(dropped, 1))
            await tx.finish()
            raise ZeroDivisionError

    async with running(stage.relay, stage.consumer):
        with pytest.raises(ZeroDivisionError):
            await roll_back()
        await stage.submit(kept, 1)
        await stage.applies(kept, [1])
    assert await stage.versions(dropped) == []


async def test_a_delivered_fact_leaves_the_outbox_and_stays_in_the_event_log(stage):
    listing = new_id()
    async with running(stage.relay):
        await stage.submit(listing, 1, 2)
        await stage.sent()
    rows = await stage.rows(stage.owner, "SELECT * FROM event_log ORDER BY position")
    assert [(row["aggregateid"], row["sequence"]) for row in rows] == [(str(listing), 1), (str(listing), 2)]
    wire = [dict(record.headers) for record in await stage.log() if record.key]
    assert [headers["ce_id"].decode() for headers in wire] == [str(row["id"]) for row in rows]


async def test_order_per_key_holds_with_several_writers(stage):
    listings = [new_id() for _ in range(5)]

    async def write(listing):
        async with stage.owner.transaction() as tx:
            await tx.driver.execute("SELECT pg_advisory_xact_lock(hashtext($1))", str(listing))
            last = "SELECT coalesce(max(last), 0) + 1 FROM aggregate_sequence WHERE aggregateid = $1"
            tx.emit(submitted(listing, await tx.driver.fetchval(last, str(listing))))

    async with running(stage.relay, stage.consumer):
        for _ in range(10):
            await asyncio.gather(*(write(listing) for listing in listings for _ in range(2)))
        for listing in listings:
            await stage.applies(listing, range(1, 21))


async def test_a_duplicate_on_the_wire_is_applied_once(stage):
    listing, other = new_id(), new_id()
    first, second = (record_of(submitted(listing, version), stage.topic) for version in (1, 2))
    async with running(stage.relay, stage.consumer):
        await stage.submit(other, 1)
        await stage.sent()
        await stage.put(first, first, second, first, second)
        await stage.put(record_of(submitted(listing, 3), stage.topic))
        await stage.applies(listing, [1, 2, 3])
        await stage.applies(other, [1])
    assert await stage.count(stage.reader, "inbox") == 4


async def test_a_relay_that_dies_between_acknowledgement_and_settling_sends_again_and_nobody_notices(
    stage, monkeypatch
):
    listing, settle, died = new_id(), outbox.settle, list[object]()

    async def dies_once(connection, positions, days):
        if not died:
            died.append(positions)
            raise ConnectionError("killed after the broker had acknowledged")
        await settle(connection, positions, days)

    monkeypatch.setattr(outbox, "settle", dies_once)
    async with running(stage.relay, stage.consumer):
        await stage.submit(listing, 1, 2, 3)
        await stage.sent()
        await stage.applies(listing, [1, 2, 3])
        await stage.submit(listing, 4)
        await stage.applies(listing, [1, 2, 3, 4])
    assert died
    assert len([record for record in await stage.log() if record.key]) > 4


async def test_a_consumer_that_dies_between_reaction_and_commit_applies_once(stage, monkeypatch):
    listing, advance, died = new_id(), Applier._carry_out, list[object]()

    async def dies_once(self, tx, tp, plan):
        applied = await advance(self, tx, tp, plan)
        if plan.facts and not died:
            died.append(applied)
            raise ConnectionError("killed before the commit")
        return applied

    monkeypatch.setattr(Applier, "_carry_out", dies_once)
    async with running(stage.relay, stage.consumer):
        await stage.submit(listing, 1, 2, 3)
        await stage.applies(listing, [1, 2, 3])
        await stage.submit(listing, 4)
        await stage.applies(listing, [1, 2, 3, 4])
    assert died


async def test_a_consumer_that_dies_after_its_commit_and_before_kafkas_applies_once(stage, monkeypatch):
    listing, died = new_id(), list[object]()

    async def dies_once(self):
        if not died:
            died.append(dict(self._next))
            raise ConnectionError("killed before Kafka's offsets were written")

    monkeypatch.setattr(Consumer, "_hint", dies_once)
    async with running(stage.relay, stage.consumer):
        await stage.submit(listing, 1, 2)
        await eventually(lambda: asyncio.sleep(0, died))
        await stage.submit(listing, 3)
        await stage.applies(listing, [1, 2, 3])


async def test_kafkas_own_offsets_follow_as_a_hint_for_lag_tools(stage):
    listing = new_id()
    async with running(stage.relay, stage.consumer):
        await stage.submit(listing, 1)
        await stage.applies(listing, [1])

        async def hinted():
            sql = "SELECT partition, next_offset FROM consumer_offset ORDER BY 1"
            stored = await stage.rows(stage.reader, sql)
            return await stage.hints() == [tuple(row) for row in stored]

        await eventually(hinted)


async def test_two_consumers_share_the_partitions_and_a_killed_ones_are_taken_over(stage):
    keys = [new_id() for _ in range(12)]  # on both partitions

    async def holders():
        sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND objid <> 0 GROUP BY pid"
        return sorted(row[0] for row in await stage.rows(stage.reader, sql, 0x4650))

    async def shared():
        return await holders() == [1, 1]

    async def taken_over():
        return await holders() == [2]

    async with part_process(stage, "consumer") as other, running(stage.relay):
        await stage.say(*(submitted(key, 1) for key in keys))
        await eventually(taken_over)
        async with running(stage.consumer):
            await eventually(shared)
            await stage.say(*(submitted(key, 2) for key in keys))
            await other.kill()
            await stage.say(*(submitted(key, 3) for key in keys))
            await eventually(taken_over)
            for key in keys:
                await stage.applies(key, [1, 2, 3])


async def test_a_reader_whose_database_is_away_skips_nothing(stage):
    listing = new_id()
    async with Gate(stage.reader.url) as gate, running(stage.relay, lambda: stage.consumer(gate.database)):
        await stage.submit(listing, 1)
        await stage.applies(listing, [1])
        gate.shut()
        await stage.submit(listing, 2, 3)
        await stage.sent()
        await asyncio.sleep(0.5)
        assert await stage.versions(listing) == [1]
        gate.open()
        await stage.applies(listing, [1, 2, 3])
        for version in range(4, 8):
            await stage.submit(listing, version)
            gate.shut()
            gate.open()
        await stage.applies(listing, range(1, 8))
