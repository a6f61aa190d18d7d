"""Law 4, the way back: what is parked flows again, oldest first, and nothing new of its key overtakes it."""

import asyncio
import dataclasses
from datetime import timedelta

import pytest

from shared.context import Context
from shared.errors import NotFound
from shared.ids import new_id
from shared.messaging.outcome import NotYet
from shared.messaging.tests.stage import record_of, submitted, updated

OFFICER = Context(actor="officer")


async def _letter(stage):
    return (await stage.rows(stage.reader, "SELECT max(id) FROM dead_letter WHERE resolved_at IS NULL"))[0][0]


async def test_replay_drains_in_order_and_frees_the_key(stage_without_broker):
    stage, key = stage_without_broker, new_id()
    stage.faults[key, 1] = ZeroDivisionError()
    await stage.receive(*(submitted(key, version) for version in range(1, 6)))
    assert await stage.parking().drain_due() == 0  # a dead key waits for a person
    assert await stage.parking().replay() == 0
    assert await stage.parked() == {str(key): "dead"}
    stage.faults.clear()
    assert await stage.parking().replay() == 5
    assert await stage.versions(key) == [1, 2, 3, 4, 5]
    assert await stage.parked() == {}
    assert await stage.letters() == []
    await stage.receive(submitted(key, 6))
    assert await stage.versions(key) == [1, 2, 3, 4, 5, 6]


async def test_a_second_failure_in_the_drain_stops_the_key_at_that_record(stage_without_broker):
    stage, key = stage_without_broker, new_id()
    stage.faults |= {(key, 1): ZeroDivisionError(), (key, 3): ZeroDivisionError()}
    await stage.receive(*(submitted(key, version) for version in range(1, 5)))
    del stage.faults[key, 1]
    assert await stage.parking().replay() == 2
    assert await stage.versions(key) == [1, 2]
    assert await stage.letters() == [("handler-failed", str(key))]
    assert await stage.parked() == {str(key): "dead"}
    stage.faults.clear()
    await stage.parking().replay()
    assert await stage.versions(key) == [1, 2, 3, 4]


async def test_not_yet_waits_for_its_due_time_and_then_flows(stage_without_broker, clock):
    stage, key = stage_without_broker, new_id()
    stage.faults[key, 1] = NotYet("not yet", timedelta(minutes=1))
    await stage.receive(submitted(key, 1), submitted(key, 2))
    stage.faults.clear()
    clock.advance(timedelta(seconds=59))
    assert await stage.parking().drain_due() == 0
    clock.advance(timedelta(seconds=1))
    assert await stage.parking().drain_due() == 2
    assert await stage.versions(key) == [1, 2]
    assert await stage.parked() == {}


async def test_retries_wait_longer_each_time_and_end_in_a_dead_letter(stage_without_broker, clock):
    stage, key = stage_without_broker, new_id()
    stage.faults[key, 1] = NotYet("never", timedelta(seconds=10))
    await stage.receive(submitted(key, 1), submitted(key, 2))
    for wait in (10, 20, 40):
        clock.advance(timedelta(seconds=wait - 1))
        await stage.parking(attempts=3).drain_due()
        assert await stage.letters() == []
        clock.advance(timedelta(seconds=1))
        await stage.parking(attempts=3).drain_due()
    assert await stage.letters() == [("retries-exhausted", str(key))]
    assert await stage.parked() == {str(key): "dead"}
    assert await stage.versions(key) == []


async def test_each_record_of_a_key_has_its_own_number_of_retries(stage_without_broker, clock):
    stage, key = stage_without_broker, new_id()
    stage.faults[key, 1] = stage.faults[key, 2] = NotYet("later", timedelta(seconds=1))
    await stage.receive(submitted(key, 1), submitted(key, 2))
    for version in (1, 2):
        for _ in range(2):
            clock.advance(timedelta(minutes=5))
            await stage.parking(attempts=3).drain_due()
        del stage.faults[key, version]
    clock.advance(timedelta(minutes=5))
    await stage.parking(attempts=3).drain_due()
    assert await stage.letters() == []
    assert await stage.versions(key) == [1, 2]


async def test_a_discarded_letter_frees_its_key_and_is_audited(stage_without_broker):
    stage, key = stage_without_broker, new_id()
    stage.faults[key, 1] = ZeroDivisionError()
    first = record_of(submitted(key, 1), "t")
    await stage.receive(first, submitted(key, 2))
    letter = await _letter(stage)
    await stage.parking().discard(letter, "sent by mistake", OFFICER)
    assert await stage.parking().drain_due() == 1
    assert await stage.versions(key) == [2]
    assert await stage.parked() == {}
    audit = (await stage.rows(stage.reader, "SELECT * FROM audit"))[0]
    assert (audit["actor"], audit["action"], audit["reason"]) == ("officer", "discard_dead_letter", "sent by mistake")
    with pytest.raises(NotFound):
        await stage.parking().discard(letter, "again", OFFICER)
    await stage.receive(first, submitted(key, 3))  # a republished copy stops nothing any more
    assert await stage.versions(key) == [2, 3]


async def test_discarding_another_letter_of_a_key_does_not_free_it(stage_without_broker):
    stage, key = stage_without_broker, new_id()
    await stage.receive(_spoiled(updated(key, 1)))
    harmless = await _letter(stage)
    stage.faults[key, 1] = ZeroDivisionError()
    await stage.receive(submitted(key, 1), submitted(key, 2))
    await stage.parking().discard(harmless, "superseded", OFFICER)
    assert await stage.parking().drain_due() == 0
    assert await stage.parked() == {str(key): "dead"}
    assert await stage.versions(key) == []


async def test_an_old_letter_that_stopped_nothing_does_not_kill_a_waiting_key(stage_without_broker, clock):
    stage, key = stage_without_broker, new_id()
    await stage.receive(_spoiled(updated(key, 1)))
    stage.faults[key, 1] = NotYet("later")
    await stage.receive(submitted(key, 1), submitted(key, 2))
    stage.faults.clear()
    clock.advance(timedelta(minutes=1))
    await stage.parking().drain_due()
    assert await stage.versions(key) == [1, 2]
    assert await stage.parked() == {}


async def test_a_full_state_that_is_poison_inside_the_drain_stops_nothing(stage_without_broker):
    stage, key = stage_without_broker, new_id()
    stage.faults[key, 1] = ZeroDivisionError()
    await stage.receive(submitted(key, 1), _spoiled(updated(key, 1)), submitted(key, 2))
    stage.faults.clear()
    await stage.parking().replay()
    assert await stage.versions(key) == [1, 2]
    assert await stage.parked() == {}
    assert await stage.letters() == [("invalid", str(key))]


async def test_a_duplicate_of_a_parked_fact_is_applied_once(stage_without_broker):
    stage, key = stage_without_broker, new_id()
    stage.faults[key, 1] = ZeroDivisionError()
    records = [record_of(submitted(key, version), "t") for version in (1, 2)]
    await stage.receive(*records, *records)
    stage.faults.clear()
    await stage.parking().replay()
    assert await stage.versions(key) == [1, 2]
    assert await stage.parked() == {}


async def test_consumer_and_drain_race_on_one_key_and_keep_its_order(stage_without_broker):
    stage, key = stage_without_broker, new_id()
    stage.faults[key, 1] = ZeroDivisionError()
    await stage.receive(submitted(key, 1))
    stage.faults.clear()
    total = 60

    async def consume():
        for version in range(2, total + 1):
            await stage.receive(submitted(key, version))

    async def drain():
        while len(await stage.versions(key)) < total:
            await stage.parking().replay()

    async with asyncio.timeout(20):
        await asyncio.gather(consume(), drain(), drain())
    assert await stage.versions(key) == list(range(1, total + 1))
    assert await stage.parked() == {}


async def test_a_key_parked_by_the_one_before_is_seen_by_the_one_who_waited_for_the_offset(stage_without_broker):
    """A zombie parks a key while the new owner waits for the offset row: the owner must not overtake it."""
    stage, key = stage_without_broker, new_id()
    stage.faults[key, 1] = NotYet("later")
    await stage.receive(submitted(new_id(), 1))
    async with stage.reader.transaction() as tx:
        await tx.driver.execute("SELECT * FROM consumer_offset FOR UPDATE")
        owner = asyncio.create_task(stage.receive(submitted(key, 2)))
        await asyncio.sleep(0.2)
        await tx.driver.execute(
            "INSERT INTO parked_key VALUES ($1, $2, 'waiting', 0, now(), now())", stage.topic, str(key).encode()
        )
    await owner
    assert await stage.versions(key) == []
    assert await stage.count(stage.reader, "parked_record") == 1


def _spoiled(event):
    return dataclasses.replace(record_of(event, "t"), value=b"{}")
