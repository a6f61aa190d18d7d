"""The checker is proved: every planted bug is caught by it, and the sound parts pass under the same fault."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from shared.contracts import topic_of
from shared.contracts.orders import OrderPaid
from shared.ids import new_id
from shared.messaging.apply import Applier
from shared.messaging.consumer import Consumer
from shared.messaging.parking import Parking
from shared.messaging.record import Decoder
from shared.messaging.relay import Relay
from shared.messaging.sender import Sender
from shared.messaging.supervise import supervise
from shared.settings import ServiceSettings
from tests.chaos import bugs, witness
from tests.chaos.verdict import Applied, Command, Outcome, Verdict, judge_applied, judge_commands, judge_replicas

pytestmark = pytest.mark.kafka
REACTIONS = {reaction.event.wire.name: reaction for reaction in witness.service.reactions}


class Bench:
    """One producer, one witness, and the parts between them, sound or planted."""

    def __init__(self, producer, db, settings):
        self.producer, self.db, self.settings = producer, db, settings
        self.topic = topic_of("orders", settings.topic_prefix)
        self.applier = self.make_applier()

    def make_applier(self, kind=Applier):
        self.applier = kind(self.db, Decoder("witness", REACTIONS, timedelta(days=30)), "witness-events")
        return self.applier

    @asynccontextmanager
    async def running(self, *, relay=Relay, sender=Sender, consumer=Consumer):
        builds = {}
        if relay is not None:
            builds["relay"] = lambda: relay("orders", self.producer.url, self.settings, make_sender=sender)
        if consumer is not None:
            builds["consumer"] = lambda: consumer(self.db, self.applier, [self.topic], self.settings)
        tasks = [asyncio.ensure_future(supervise(name, "test", build)) for name, build in builds.items()]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def say(self, *order_ids):
        """One fact each, in one transaction."""
        async with self.producer.transaction() as tx:
            tx.emit(*(OrderPaid(order_id=o, payment_id="p", amount_fen=1, paid_at=tx.now) for o in order_ids))

    async def sent(self):
        await self._until(lambda: self._count(self.producer, "outbox"), 0)

    async def applied(self, count):
        await self._until(lambda: self._count(self.db, "applied"), count)

    async def read_to_the_end(self, facts):
        """Every record is behind the consumer's offset, whether or not it was applied."""
        query = "SELECT coalesce(sum(next_offset), 0)::int FROM consumer_offset"
        await self._until(lambda: self._ask(self.db, query), facts + self.settings.topic_partitions)

    async def _until(self, read, wanted):
        async with asyncio.timeout(20):
            while await read() != wanted:  # noqa: ASYNC110 - another process' table has no event to wait for
                await asyncio.sleep(0.02)

    async def _count(self, db, table):
        return await self._ask(db, f"SELECT count(*) FROM {table}")

    async def _ask(self, db, query):
        async with db.transaction() as tx:
            return await tx.driver.fetchval(query)

    async def verdict(self):
        async with self.producer.transaction() as tx:
            rows = await tx.driver.fetch("SELECT * FROM aggregate_sequence")
            said = {("orders", row["aggregatetype"], row["aggregateid"]): row["last"] for row in rows}
            waiting = await tx.driver.fetchval("SELECT count(*) FROM outbox")
        async with self.db.transaction() as tx:
            rows = await tx.driver.fetch("SELECT * FROM applied ORDER BY position")
        applied = [Applied(str(r["event_id"]), (r["source"], r["aggregate"], r["key"]), r["sequence"]) for r in rows]
        verdict = Verdict(waiting=["the outbox is not empty"] if waiting else [])
        judge_applied(verdict, said, applied)
        return verdict


@pytest.fixture
async def bench(plain_db, broker):
    producer = await plain_db("orders")
    settings = ServiceSettings(database_url=producer.url, relay_poll_ms=5, **broker.settings)
    return Bench(producer, await plain_db("witness", witness.metadata), settings)


async def _dies_inside_a_batch(bench, applier, monkeypatch):
    """Three facts wait; the consumer dies once while it applies them."""
    bench.make_applier(applier)
    if applier is Applier:
        sound = Applier._carry_out

        async def dies_once(self, tx, tp, plan):
            await sound(self, tx, tp, plan)
            if plan.facts:
                await bugs.crash_between(self)

        monkeypatch.setattr(Applier, "_carry_out", dies_once)
    order = new_id()
    async with bench.running():
        await bench.say(order, order, order)
        await bench.read_to_the_end(3)
        await (bench.applied(3) if applier is Applier else asyncio.sleep(0.5))


@pytest.mark.parametrize(("applier", "is_sound"), [(Applier, True), (bugs.CommitsOffsetFirst, False)])
async def test_an_offset_committed_before_the_database_is_caught(bench, monkeypatch, applier, is_sound):
    await _dies_inside_a_batch(bench, applier, monkeypatch)
    verdict = await bench.verdict()
    assert verdict.passes if is_sound else verdict.lost


@pytest.mark.parametrize(("relay", "is_sound"), [(Relay, True), (bugs.KeepsACursor, False)])
async def test_a_cursor_on_the_position_is_caught(bench, relay, is_sound):
    late, early = new_id(), new_id()
    async with bench.running(relay=relay):
        async with bench.producer.transaction() as tx:
            tx.emit(OrderPaid(order_id=late, payment_id="p", amount_fen=1, paid_at=tx.now))
            await tx.finish()
            await bench.say(early)
            await bench.applied(1)
        if is_sound:
            await bench.applied(2)
        else:
            await asyncio.sleep(0.5)
    verdict = await bench.verdict()
    assert verdict.passes if is_sound else (verdict.lost and verdict.waiting)


@pytest.mark.parametrize(("consumer", "is_sound"), [(Consumer, True), (bugs.StartsAtTheEnd, False)])
async def test_starting_at_the_end_is_caught(bench, consumer, is_sound):
    orders = [new_id() for _ in range(8)]
    async with bench.running(consumer=None):
        await bench.say(*orders)
        await bench.sent()
    async with bench.running(consumer=consumer):
        await bench.read_to_the_end(8)
        await (bench.applied(8) if is_sound else asyncio.sleep(0.5))
    verdict = await bench.verdict()
    assert verdict.passes if is_sound else verdict.lost


@pytest.mark.parametrize(("applier", "is_sound"), [(Applier, True), (bugs.StepsOverPoison, False)])
async def test_a_dead_letter_that_does_not_park_its_key_is_caught(bench, monkeypatch, applier, is_sound):
    bench.make_applier(applier)
    order, works = new_id(), False
    sound = REACTIONS["order.paid"].handle

    async def fails_on_the_first(tx, received):
        if not works and any(item.envelope.sequence == 1 for item in received):
            raise ValueError("not today")
        await sound(tx, received)

    planted = type(REACTIONS["order.paid"])(OrderPaid, fails_on_the_first)
    monkeypatch.setitem(REACTIONS, "order.paid", planted)
    async with bench.running():
        await bench.say(order)
        await bench.sent()
        await bench.say(order)
        await bench.sent()
        await bench._until(lambda: bench._count(bench.db, "dead_letter"), 1)
        await bench._until(lambda: bench._count(bench.db, "parked_record" if is_sound else "applied"), 1)
        works = True
        await Parking(bench.db, bench.applier, 3).replay()
        await bench.applied(2)
    verdict = await bench.verdict()
    assert verdict.passes if is_sound else verdict.reordered


@pytest.mark.parametrize("is_sound", [True, False])
async def test_publishing_after_the_commit_is_caught(bench, is_sound):
    first, second = new_id(), new_id()
    async with bench.running():
        await bench.say(new_id())
        await bench.applied(1)
        for order, crash in ((first, False), (second, True)):
            if is_sound:
                await bench.say(order)
            else:
                event = OrderPaid(order_id=order, payment_id="p", amount_fen=1, paid_at=bench.producer.clock())
                await bugs.publish_after_commit(bench.producer, bench.settings, [event], crash=crash)
        await bench.applied(3 if is_sound else 2)
    verdict = await bench.verdict()
    assert verdict.passes if is_sound else verdict.lost


@pytest.mark.parametrize(("sender", "is_sound"), [(Sender, True), (bugs.SendsTwoBatches, False)])
async def test_two_batches_in_flight_are_caught(bench, sender, is_sound):
    bugs.SendsTwoBatches.failed = False
    order = new_id()
    await bench.say(*([order] * 6))
    async with bench.running(sender=sender):
        await bench.applied(6)
    verdict = await bench.verdict()
    assert verdict.passes if is_sound else verdict.reordered


def test_a_fact_applied_twice_is_caught():
    verdict = Verdict()
    aggregate = ("orders", "order", "1")
    judge_applied(verdict, {aggregate: 1}, [Applied("a", aggregate, 1), Applied("a", aggregate, 1)])
    assert verdict.duplicated
    assert not verdict.lost


@pytest.mark.parametrize(
    ("outcome", "counts", "wrong"),
    [
        (Outcome.OK, {"orders": 1, "monitoring": 1}, ""),
        (Outcome.OK, {"orders": 1}, "lost"),
        (Outcome.OK, {"orders": 2, "monitoring": 1}, "duplicated"),
        (Outcome.FAIL, {}, ""),
        (Outcome.FAIL, {"orders": 1, "monitoring": 1}, "disagreeing"),
        (Outcome.UNKNOWN, {}, ""),
        (Outcome.UNKNOWN, {"orders": 1, "monitoring": 1}, ""),
        (Outcome.UNKNOWN, {"orders": 1}, "disagreeing"),
    ],
)
def test_a_command_has_the_effects_that_its_answer_promised(outcome, counts, wrong):
    verdict = Verdict()
    effects = {f"place@{place}": {"c": counts.get(place, 0)} for place in ("orders", "monitoring")}
    judge_commands(verdict, [Command("place", "c", outcome)], effects)
    assert bool(getattr(verdict, wrong)) if wrong else verdict.passes


def test_a_replica_that_misses_or_holds_an_old_state_is_caught():
    verdict = Verdict()
    judge_replicas(verdict, "orders.listing", {"a": "2", "b": "1"}, {"a": "1"})
    assert verdict.lost
    assert verdict.disagreeing
