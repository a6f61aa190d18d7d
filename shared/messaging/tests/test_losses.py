"""Laws 5 and 6: brokers die, forget, shrink and are replaced; nothing is lost, nothing is applied twice."""

import asyncio

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.ids import new_id
from shared.messaging import consumer, maintenance, relay
from shared.messaging.log import Log
from shared.messaging.position import Seen
from shared.messaging.readiness import Readiness
from shared.messaging.tests.stage import eventually, record_of, running, submitted

pytestmark = pytest.mark.kafka


@pytest.fixture(autouse=True)
def _watchful(monkeypatch):
    monkeypatch.setattr(relay, "LOOK_SECONDS", 0.3)
    monkeypatch.setattr(consumer, "WATCH_SECONDS", 0.3)


async def _counted(stage, listing):
    rows = await stage.rows(stage.reader, "SELECT count(*) AS n FROM applied WHERE key = $1", str(listing))
    return rows[0]["n"]


@pytest.mark.parametrize("same_cluster_id", [False, True])
async def test_a_wiped_broker_gets_everything_again_and_what_was_applied_is_not_applied_twice(
    stage_to_break, own_broker, same_cluster_id
):
    stage, read, unread = stage_to_break, new_id(), new_id()
    async with running(stage.relay):
        async with running(stage.consumer):
            await stage.submit(read, 1, 2)
            await stage.applies(read, [1, 2])
        await stage.submit(unread, 1, 2)
        await stage.submit(read, 3)
        await stage.sent()
        await asyncio.to_thread(own_broker.restart, same_cluster_id=same_cluster_id)
        async with running(stage.consumer):  # the owner says nothing more: its relay must notice by itself
            await stage.applies(read, [1, 2, 3])
            await stage.applies(unread, [1, 2])
            await stage.submit(read, 4)
            await stage.applies(read, [1, 2, 3, 4])
    assert await stage.count(stage.reader, "applied") == 6


@pytest.mark.parametrize("same_cluster_id", [False, True])
async def test_a_broker_wiped_under_load_loses_nothing_and_keeps_the_order_of_each_key(
    stage_to_break, own_broker, same_cluster_id
):
    stage, keys = stage_to_break, [new_id() for _ in range(6)]

    async def write():
        for version in range(1, 31):
            await stage.say(*(submitted(key, version) for key in keys))
            await asyncio.sleep(0.02)

    async with running(stage.relay, stage.consumer):
        await stage.submit(new_id(), 1)
        await stage.sent()
        writing = asyncio.create_task(write())
        await asyncio.sleep(0.2)
        await asyncio.to_thread(own_broker.restart, same_cluster_id=same_cluster_id)
        await writing
        for key in keys:
            await stage.applies(key, range(1, 31), within=40)
    assert await stage.count(stage.reader, "applied") == 6 * 30 + 1


async def test_a_broker_that_is_killed_and_comes_back_is_waited_for(stage_to_break, own_broker):
    """Apache Kafka comes back with its data, the embedded broker without."""
    stage, listing = stage_to_break, new_id()
    async with running(stage.relay, stage.consumer):
        await stage.submit(listing, 1)
        await stage.applies(listing, [1])
        await asyncio.to_thread(own_broker.kill)
        await stage.submit(listing, 2)  # the database still takes what is said
        await asyncio.sleep(0.5)
        assert await stage.count(stage.owner, "outbox") == 1
        await asyncio.to_thread(own_broker.start)
        await stage.applies(listing, [1, 2], within=40)
        await stage.submit(listing, 3)
        await stage.applies(listing, [1, 2, 3])


async def test_a_topic_that_was_deleted_and_made_again_is_noticed(stage):
    listing = new_id()
    async with running(stage.relay):
        async with running(stage.consumer):
            await stage.submit(listing, 1, 2)
            await stage.applies(listing, [1, 2])
        await stage.submit(listing, 3)
        await stage.sent()
        admin = AIOKafkaAdminClient(bootstrap_servers=stage.settings.kafka_bootstrap_servers)
        await admin.start()
        await admin.delete_topics([stage.topic])
        await admin.close()
        async with running(stage.consumer):
            await stage.applies(listing, [1, 2, 3], within=40)
            await stage.submit(listing, 4)
            await stage.applies(listing, [1, 2, 3, 4], within=40)
    assert await _counted(stage, listing) == 4


async def test_a_log_that_became_shorter_is_filled_again(stage):
    listing = new_id()
    async with running(stage.relay):
        await stage.submit(listing, 1)
        await stage.sent()
    known = "UPDATE relay_state SET incarnation = regexp_replace(incarnation, '\"end\": (\\d+)', '\"end\": 1000', 'g')"
    await stage.rows(stage.owner, known)
    async with running(stage.relay):
        await eventually(lambda: _wire_count(stage, listing, 2))


async def _wire_count(stage, listing, wanted):
    return len([r for r in await stage.log() if r.key == str(listing).encode()]) == wanted


async def test_a_planned_recycle_sends_nothing_again(stage_to_break, own_broker):
    stage, listing = stage_to_break, new_id()
    async with running(stage.relay, stage.consumer):
        await stage.submit(listing, 1, 2)
        await stage.applies(listing, [1, 2])
        await stage.rows(stage.owner, "UPDATE relay_state SET mode = 'paused'")
        await asyncio.sleep(0.5)  # a batch that the relay has begun is sent to its end
        await stage.submit(listing, 3)
        await asyncio.to_thread(own_broker.restart)
        await stage.rows(stage.owner, "UPDATE relay_state SET mode = 'adopt'")
        await stage.applies(listing, [1, 2, 3], within=40)
        assert await stage.rows(stage.owner, "SELECT 1 FROM relay_state WHERE mode = 'running'")
    wire = [record for record in await stage.log() if record.key == str(listing).encode()]
    assert [dict(record.headers)["ce_sequence"] for record in wire] == [b"3"]


async def test_a_stored_offset_above_the_end_starts_over(stage):
    listing = new_id()
    async with running(stage.relay, stage.consumer):
        await stage.submit(listing, 1)
        await stage.applies(listing, [1])
    await stage.rows(stage.reader, "UPDATE consumer_offset SET next_offset = next_offset + 1000")
    async with running(stage.relay, stage.consumer):
        await stage.submit(listing, 2)
        await stage.applies(listing, [1, 2])


async def test_a_zombie_that_read_another_log_cannot_move_the_offset_past_what_was_not_applied(stage):
    """It froze with records of the old log in hand; meanwhile the new owner began the new log from its start."""
    old, new = new_id(), new_id()
    async with running(stage.relay, stage.consumer):
        await stage.submit(new, 1)
        await stage.applies(new, [1])
    stage.received = 100
    await stage.rows(stage.reader, "UPDATE consumer_offset SET next_offset = 0, incarnation = ''")
    with pytest.raises(Exception, match="0 is followed by 100"):
        await stage.receive(submitted(old, 1))
    assert await stage.versions(old) == []


async def test_a_fact_sent_into_a_replaced_log_before_its_relay_noticed_waits_for_what_only_the_lost_log_held(stage):
    listing, premature = new_id(), record_of(submitted(new_id(), 9), stage.topic)
    premature.headers = (*premature.headers, ("fm_incarnation", b"a log that was"))
    async with running(stage.relay, stage.consumer):
        await stage.submit(listing, 1)
        await stage.applies(listing, [1])
        await stage.put(premature)
        await stage.submit(listing, 2)
        await stage.applies(listing, [1, 2])
    assert await stage.count(stage.reader, "applied") == 2


async def test_a_topic_replaced_while_its_relay_sends_keeps_the_order_of_what_a_slow_reader_had_not_read(stage):
    """The relay keeps its connection: its next fact lands in the new log before anything of the old one."""
    keys = [new_id() for _ in range(6)]
    async with running(stage.relay):
        async with running(stage.consumer):
            await stage.say(*(submitted(key, 1) for key in keys))
            for key in keys:
                await stage.applies(key, [1])
        await stage.say(*(submitted(key, version) for version in (2, 3) for key in keys))
        await stage.sent()
        await _replace_topic(stage)
        async with running(stage.consumer):
            for version in (4, 5, 6):
                await stage.say(*(submitted(key, version) for key in keys))
                await asyncio.sleep(0.05)
            for key in keys:
                await stage.applies(key, range(1, 7), within=40)


async def _replace_topic(stage):
    admin = AIOKafkaAdminClient(bootstrap_servers=stage.settings.kafka_bootstrap_servers)
    await admin.start()
    await admin.delete_topics([stage.topic])
    made = NewTopic(stage.topic, stage.settings.topic_partitions, 1)
    while any(error for _, error, *_ in (await admin.create_topics([made])).topic_errors):  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    await admin.close()


async def test_what_a_record_says_does_not_count_when_nothing_shows_how_its_log_began(stage, monkeypatch):
    """Retention took the first record: the stored identity may be that of another log, and nothing may be skipped."""
    listing, late = new_id(), new_id()
    record = record_of(submitted(late, 1), stage.topic)
    record.headers = (*record.headers, ("fm_incarnation", b"a log that was"))
    sound = Log.look

    async def without_beginnings(self, partitions):
        seen = await sound(self, partitions)
        return {tp: Seen(at.begin, at.end, at.cluster_id, "") for tp, at in seen.items()}

    async with running(stage.relay):
        async with running(stage.consumer):
            await stage.submit(listing, 1)
            await stage.applies(listing, [1])
        await stage.put(record)
        monkeypatch.setattr(Log, "look", without_beginnings)
        async with running(stage.consumer):
            await stage.applies(late, [1])


async def test_a_hole_stops_its_partition_readiness_says_so_and_it_goes_on_after_republish_and_resume(
    stage, monkeypatch
):
    keys = [new_id() for _ in range(8)]  # on both partitions
    async with running(stage.relay):
        await stage.say(*(submitted(key, 1) for key in keys))
        await stage.sent()
    ends = {tp: seen.end for tp, seen in (await stage.look()).items()}
    holed = min(ends)
    await stage.rows(
        stage.reader, "INSERT INTO consumer_offset VALUES ($1, $2, 0, '', '')", holed.topic, holed.partition
    )
    sound = Log.look

    async def begins_later(self, partitions):
        seen = await sound(self, partitions)
        if holed in seen:
            seen[holed] = Seen(ends[holed], seen[holed].end, seen[holed].cluster_id, "")
        return seen

    monkeypatch.setattr(Log, "look", begins_later)
    readiness = Readiness(stage.reader, [stage.topic], stage.settings)

    async def stopped():
        return any("gone from the broker" in line for line in await readiness.missing())

    async with running(stage.relay, stage.consumer):
        await eventually(stopped)
        elsewhere = ends[max(ends)] - 1  # without the marker
        await eventually(lambda: _applied_count(stage, elsewhere))
        assert await maintenance.republish(stage.owner) == len(keys)
        await maintenance.resume_holes(stage.reader)
        for key in keys:
            await stage.applies(key, [1])
    assert not any("gone" in line for line in await readiness.missing())


async def _applied_count(stage, wanted):
    return await stage.count(stage.reader, "applied") == wanted
