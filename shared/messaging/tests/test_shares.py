"""Who reads which partition: evenly shared, never two at once, free again when its holder is gone."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiokafka import TopicPartition

from shared.messaging.failure import is_transient
from shared.messaging.shares import Shares
from shared.messaging.tests.stage import eventually

PARTITIONS = [TopicPartition("t", number) for number in range(6)]


@pytest.fixture
async def db(plain_db):
    return await plain_db("orders")


@asynccontextmanager
async def _joined(db, count, seconds=5):
    members = [await Shares.join(db.url, seconds) for _ in range(count)]
    try:
        yield members
    finally:
        for member in members:
            member.leave()


async def test_one_reader_has_everything(db):
    async with _joined(db, 1) as (alone,):
        assert await alone.settle(PARTITIONS) == set(PARTITIONS)
        assert await alone.settle(PARTITIONS) == set(PARTITIONS)


@pytest.mark.parametrize("count", [2, 3, 4, 6, 7])
async def test_readers_share_evenly_and_no_partition_has_two(db, count):
    async with _joined(db, 1) as (first,):
        await first.settle(PARTITIONS)
        async with _joined(db, count - 1) as others:
            for _ in range(3):
                held = [await member.settle(PARTITIONS) for member in (first, *others)]
                assert sum(len(share) for share in held) == len(frozenset().union(*held))
            assert frozenset().union(*held) == set(PARTITIONS)
            assert max(len(share) for share in held) == -(-len(PARTITIONS) // count)


async def test_what_a_reader_held_that_is_gone_is_taken_over(db):
    async with _joined(db, 2) as (first, second):
        await first.settle(PARTITIONS)
        first.leave()

        async def has_all():
            return await second.settle(PARTITIONS) == set(PARTITIONS)

        await eventually(has_all)


async def test_a_frozen_reader_loses_its_partitions(db):
    async with _joined(db, 1, seconds=1) as (frozen,), _joined(db, 1) as (awake,):
        await frozen.settle(PARTITIONS)

        async def has_all():
            return await awake.settle(PARTITIONS) == set(PARTITIONS)

        await eventually(has_all)
        with pytest.raises(Exception, match=r"closed|terminat|in progress") as lost:
            await frozen.settle(PARTITIONS)
        assert is_transient(lost.value)


async def test_partitions_that_are_added_are_taken(db):
    async with _joined(db, 1) as (alone,):
        await alone.settle(PARTITIONS[:3])
        assert await alone.settle(PARTITIONS) == set(PARTITIONS)


async def test_readers_that_settle_at_once_do_not_collide(db):
    async with _joined(db, 3) as members:
        for _ in range(4):
            held = await asyncio.gather(*(member.settle(PARTITIONS) for member in members))
        assert sorted(len(share) for share in held) == [2, 2, 2]
        assert frozenset().union(*held) == set(PARTITIONS)
