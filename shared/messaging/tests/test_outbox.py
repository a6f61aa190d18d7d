"""Law 1 and the order of law 2: a fact commits with its change, and positions follow the commits of a key."""

import asyncio

import pytest

from shared.context import Context
from shared.contracts.catalog import ListingRejected
from shared.contracts.orders import OrderPaid
from shared.ids import new_id
from shared.messaging.tests.stage import submitted


@pytest.fixture
async def owner(plain_db):
    return await plain_db("catalog")


async def _outbox(db):
    async with db.transaction() as tx:
        return await tx.driver.fetch("SELECT * FROM outbox ORDER BY position")


async def test_sequence_counts_from_one_without_gap_under_concurrent_writers_of_one_key(owner):
    listing, other = new_id(), new_id()

    async def write(number):
        async with owner.transaction() as tx:
            tx.emit(submitted(listing, number), submitted(other, number), submitted(listing, number + 100))

    await asyncio.gather(*(write(number) for number in range(20)))
    rows = [row for row in await _outbox(owner) if row["aggregateid"] == str(listing)]
    assert [row["sequence"] for row in rows] == list(range(1, 41))


async def test_a_fact_said_in_a_transaction_that_rolled_back_uses_up_no_number(owner):
    listing = new_id()

    async def fail():
        async with owner.transaction() as tx:
            tx.emit(submitted(listing, 1))
            await tx.finish()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with owner.transaction() as tx:
        tx.emit(submitted(listing, 2))
    assert [(row["sequence"], row["type"]) for row in await _outbox(owner)] == [(1, "listing.submitted")]


async def test_a_writer_that_waited_for_a_key_gets_the_later_position(owner):
    listing = new_id()

    async def second():
        async with owner.transaction() as tx:
            await tx.driver.execute("SELECT 1")  # open before the first commits
            tx.emit(submitted(listing, 2))

    async with owner.transaction() as tx:
        tx.emit(submitted(listing, 1))
        await tx.finish()
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.2)
        assert not waiting.done()
    await waiting
    assert [row["sequence"] for row in await _outbox(owner)] == [1, 2]


async def test_writers_of_the_same_keys_in_another_order_do_not_deadlock(owner):
    listings = [new_id() for _ in range(6)]

    async def write(keys):
        async with owner.transaction() as tx:
            tx.emit(*(submitted(key, 1) for key in keys))

    await asyncio.gather(*(write(listings if n % 2 else reversed(listings)) for n in range(20)))
    assert len(await _outbox(owner)) == 120


async def test_a_fact_carries_the_story_it_was_said_in(owner):
    listing = new_id()
    async with owner.transaction(Context(correlation_id="story", causation_id="cause", traceparent="00-a-b-01")) as tx:
        tx.emit(submitted(listing, 1))
    row = (await _outbox(owner))[0]
    assert (row["correlation_id"], row["causation_id"], row["traceparent"]) == ("story", "cause", "00-a-b-01")
    assert row["occurred_at"] == tx.now


async def test_only_the_owner_of_a_fact_may_say_it(owner):
    async with owner.transaction() as tx:
        with pytest.raises(ValueError, match="orders owns"):
            tx.emit(OrderPaid(order_id=new_id(), payment_id="p", amount_fen=1, paid_at=tx.now))


async def test_a_fact_that_no_broker_would_take_is_refused_where_it_is_said(owner):
    listing = new_id()
    fact = ListingRejected(listing_id=listing, provider_id=listing, version=1, clauses=(), reason="长" * 200_001)

    async def say():
        async with owner.transaction() as tx:
            tx.emit(fact)

    with pytest.raises(ValueError, match="200000"):
        await say()
    assert await _outbox(owner) == []
