"""Law 2: one relay of a shard sends, in order, and nothing past what failed."""

import asyncio
from collections import defaultdict

import asyncpg
import pytest

from shared.ids import new_id
from shared.messaging import outbox, relay, sender
from shared.messaging.relay import Relay
from shared.messaging.sender import Sender
from shared.messaging.session import open_session
from shared.messaging.tests.part_process import part_process
from shared.messaging.tests.stage import eventually, running, submitted

pytestmark = pytest.mark.kafka
LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


async def _leader(stage):
    """The backend that holds the shard's lock."""
    sql = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND granted AND database ="
    sql += " (SELECT oid FROM pg_database WHERE datname = current_database())"
    rows = await stage.rows(stage.owner, sql, relay.LOCK_CLASS)
    return rows[0]["pid"] if rows else 0


async def _versions(stage, listing):
    """As they lie in the log, duplicates too."""
    return [int(_sequence(r)) for r in await stage.log() if r.key == str(listing).encode()]


def _sequence(record):
    return dict(record.headers)["ce_sequence"]


async def test_only_one_of_two_relays_sends_and_the_other_takes_over_when_its_connection_is_killed(stage):
    listing = new_id()
    async with running(stage.relay, stage.relay):
        await stage.submit(listing, 1, 2, 3)
        await stage.sent()
        first = await _leader(stage)
        await stage.rows(stage.owner, "SELECT pg_terminate_backend($1)", first)
        await stage.submit(listing, 4)
        await stage.sent()
        assert await _leader(stage) not in (0, first)
    assert await _versions(stage, listing) == [1, 2, 3, 4]


async def test_a_relay_frozen_for_longer_than_its_lock_is_replaced_and_sends_nothing_when_it_wakes(stage):
    listing = new_id()
    async with part_process(stage, "relay") as frozen:
        await stage.submit(listing, 1)
        await stage.sent()
        first = await _leader(stage)
        async with running(stage.relay):
            frozen.freeze()

            async def replaced():
                return await _leader(stage) not in (0, first)

            await eventually(replaced)
            second = await _leader(stage)
            frozen.thaw()
            await stage.submit(listing, 2, 3)
            await stage.sent()
            await asyncio.sleep(0.7)  # longer than a relay waits before it asks for the lock again
            await stage.submit(listing, 4)
            await stage.sent()
            assert await _leader(stage) == second
    assert await _versions(stage, listing) == [1, 2, 3, 4]


async def test_a_relay_that_lost_its_lock_sends_nothing_more(stage):
    listing = new_id()
    lonely = asyncio.create_task(stage.relay().run())
    await stage.submit(listing, 1)
    await stage.sent()
    await stage.rows(stage.owner, "SELECT pg_terminate_backend($1)", await _leader(stage))
    await stage.submit(listing, 2)
    with pytest.raises(LOST):
        await lonely
    assert await stage.count(stage.owner, "outbox") == 1
    assert await _versions(stage, listing) == [1]


async def test_a_relay_that_loses_its_lock_while_it_waits_for_the_broker_stops_waiting(stage, monkeypatch):
    monkeypatch.setattr(sender, "BEAT_SECONDS", 0.1)
    waits = asyncio.Event()

    class Unanswered(Sender):
        async def _send_batch(self, topic, partition, messages):
            waits.set()
            await asyncio.Event().wait()

    part = Relay("catalog", stage.owner.url, stage.settings, make_sender=Unanswered)
    lonely = asyncio.create_task(part.run())
    await stage.submit(new_id(), 1)
    await waits.wait()
    await stage.rows(stage.owner, "SELECT pg_terminate_backend($1)", await _leader(stage))
    async with asyncio.timeout(2):
        with pytest.raises(LOST):
            await lonely
    assert await stage.count(stage.owner, "outbox") == 1


async def test_a_frozen_session_loses_its_locks_also_inside_a_transaction(stage):
    session = await open_session(stage.owner.url, 1)
    await session.execute("BEGIN")
    await session.execute("SELECT pg_advisory_lock(1, 1)")

    async def is_free():
        return (await stage.rows(stage.owner, "SELECT pg_try_advisory_xact_lock(1, 1)"))[0][0]

    assert not await is_free()
    await eventually(is_free)
    session.terminate()


class FailsOnce(Sender):
    """The second batch of partition 0 fails; nothing of it arrives."""

    sent: dict[int, int]

    async def _send_batch(self, topic, partition, messages):
        counts = FailsOnce.sent
        counts[partition] += 1
        if partition == 0 and counts[0] == 2:
            raise ConnectionError("the broker did not take it")
        return await super()._send_batch(topic, partition, messages)


async def test_nothing_is_sent_past_a_failed_batch_and_what_was_acknowledged_is_settled(stage, monkeypatch):
    monkeypatch.setattr(sender, "BATCH_BYTES", 3000)  # a few facts each
    FailsOnce.sent = defaultdict(int)
    keys = [new_id() for _ in range(10)]
    for version in range(1, 6):
        await stage.say(*(submitted(key, version) for key in keys))
    lonely = Relay("catalog", stage.owner.url, stage.settings, make_sender=FailsOnce)
    with pytest.raises(ConnectionError):
        await lonely.run()
    log = [record for record in await stage.log() if record.key]
    assert FailsOnce.sent[0] == 2
    assert await stage.count(stage.owner, "outbox") == 50 - len(log)
    assert await stage.count(stage.owner, "event_log") == len(log)
    async with running(stage.relay):
        await stage.sent()
    for key in keys:
        assert await _versions(stage, key) == [1, 2, 3, 4, 5]


async def test_a_row_that_commits_late_under_an_early_position_is_not_lost(stage):
    late, early = new_id(), new_id()
    async with running(stage.relay):
        async with stage.owner.transaction() as tx:
            tx.emit(submitted(late, 1))
            await tx.finish()
            await stage.submit(early, 1)
            await stage.sent()
        await stage.sent()
    assert await _versions(stage, late) == await _versions(stage, early) == [1]


async def test_republished_facts_go_before_any_newer_row(stage):
    listing = new_id()
    async with running(stage.relay):
        await stage.submit(listing, 1, 2)
        await stage.sent()
    await stage.submit(listing, 3)
    async with stage.owner.transaction() as tx:
        assert await outbox.request_republish(tx.driver) == 2
    async with running(stage.relay):
        await stage.sent()
    assert await _versions(stage, listing) == [1, 2, 1, 2, 3]


async def test_a_request_to_republish_that_comes_while_one_is_carried_out_stands(stage):
    async with running(stage.relay):
        await stage.submit(new_id(), 1, 2)
        await stage.sent()
    async with stage.owner.transaction() as tx:
        await outbox.request_republish(tx.driver)
        told = await outbox.orders(tx.driver, 0)
        await tx.driver.execute("UPDATE relay_state SET republish_upto = republish_upto + 1")  # asked again meanwhile
        await outbox.republished(tx.driver, 0, told, None)
        assert (await outbox.orders(tx.driver, 0)).republish_from == told.republish_from


async def test_a_paused_relay_sends_nothing_and_goes_on_when_it_is_told_to(stage):
    listing = new_id()
    async with running(stage.relay):
        await stage.submit(listing, 1)
        await stage.sent()
        await stage.rows(stage.owner, "UPDATE relay_state SET mode = 'paused'")
        await asyncio.sleep(0.3)
        await stage.submit(listing, 2)
        await asyncio.sleep(0.3)
        assert await stage.count(stage.owner, "outbox") == 1
        await stage.rows(stage.owner, "UPDATE relay_state SET mode = 'running'")
        await stage.sent()
    assert await _versions(stage, listing) == [1, 2]


async def test_two_shards_send_each_key_by_one_relay(stage):
    keys = [new_id() for _ in range(8)]
    settings = stage.settings.model_copy(update={"relay_shards": 2})
    shards = [lambda shard=shard: Relay("catalog", stage.owner.url, settings, shard) for shard in (0, 1)]
    async with running(*shards, stage.consumer):
        for version in (1, 2, 3):
            await stage.say(*(submitted(key, version) for key in keys))
        for key in keys:
            await stage.applies(key, [1, 2, 3])
    assert len([record for record in await stage.log() if record.key]) == 24
