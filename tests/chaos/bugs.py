"""Six planted bugs, each a known way in which messaging goes wrong quietly. The checker must catch every one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition

from shared.contracts import topic_of
from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.db.transaction import Database
from shared.ids import new_id
from shared.messaging import outbox, store
from shared.messaging.apply import Applier
from shared.messaging.consumer import Consumer
from shared.messaging.position import Seen, Stored
from shared.messaging.record import Decoded, Poison
from shared.messaging.relay import Relay
from shared.messaging.sender import Message, Sender, Sent
from shared.settings import ServiceSettings


class CommitsOffsetFirst(Applier):
    """The offset is committed before the database work: a crash in between skips the batch."""

    async def apply(self, tp: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        async with self._db.transaction() as tx:
            at = await store.lock_position(tx.driver, tp)
            await store.advance(tx.driver, tp, records[-1].offset + 1, at.incarnation)
        if self._plan(records, set()).facts:
            await crash_between(self)
        async with self._db.transaction() as tx:
            await self._carry_out(tx, tp, self._plan(records, set()))


class StepsOverPoison(Applier):
    """A dead letter does not park its key: what follows overtakes it."""

    async def _stop_key(self, tp: TopicPartition, record: ConsumerRecord, error: Exception) -> None:
        await super()._stop_key(tp, record, error)
        async with self._db.transaction() as tx:
            await tx.driver.execute("DELETE FROM parked_key")

    def _decode(self, record: ConsumerRecord) -> Decoded:
        decoded = super()._decode(record)
        return Poison(decoded.letter, parks=False) if isinstance(decoded, Poison) else decoded


class StartsAtTheEnd(Consumer):
    """A partition without an offset starts at its end: what was said before is never read."""

    async def _settle_position(
        self, driver: asyncpg.Connection, tp: TopicPartition, stored: Stored | None, seen: Seen
    ) -> None:
        if stored is None:
            stored = Stored(seen.end, seen.cluster_id, seen.first_identity)
            await store.set_position(driver, tp, stored)
        await super()._settle_position(driver, tp, stored, seen)


class KeepsACursor(Relay):
    """Reads the outbox above the last position it sent: a row whose transaction commits late is never seen."""

    cursor = 0

    async def _relay_new(self, connection: asyncpg.Connection, sender: Sender) -> None:
        rows = await connection.fetch("SELECT * FROM outbox WHERE position > $1 ORDER BY position", self.cursor)
        self._beat()
        if not rows:
            await asyncio.sleep(0.02)
            return
        sent, failure = await self._send(connection, sender, rows)
        if failure is not None:
            raise failure
        self.cursor = rows[-1]["position"]
        await outbox.settle(connection, sorted(sent), self._settings.event_log_days)


class SendsTwoBatches(Sender):
    """Two batches of one partition are in flight; the first fails, the second arrives, the first is sent again."""

    failed = False

    async def send(
        self, topic: str, by_partition: Mapping[int, Sequence[Message]], beat: Callable[[], Awaitable[None]]
    ) -> tuple[list[Sent], BaseException | None]:
        splittable = {p: m for p, m in by_partition.items() if len(m) > 1}
        if not splittable or SendsTwoBatches.failed:
            return await super().send(topic, by_partition, beat)
        SendsTwoBatches.failed = True
        second = {p: m[len(m) // 2 :] for p, m in splittable.items()}
        sent, _ = await super().send(topic, second, beat)
        return sent, ConnectionError("the first batch failed")


async def publish_after_commit(
    db: Database, settings: ServiceSettings, events: Sequence[Event], *, crash: bool
) -> None:
    """Facts are kept in memory and published after the commit: a crash in between loses them."""
    async with db.transaction() as tx:
        tx.emit(*events)
        await tx.finish()
        rows = await tx.driver.fetch("DELETE FROM outbox RETURNING *")
    if crash:
        return
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap_servers, acks="all")
    await producer.start()
    try:
        for row in rows:
            envelope = Envelope(
                new_id(), row["type"], db.service, row["occurred_at"], row["aggregateid"], row["sequence"], "story"
            )
            await producer.send_and_wait(
                topic_of(db.service, settings.topic_prefix),
                row["payload"].encode(),
                row["aggregateid"].encode(),
                headers=envelope.headers(),
            )
    finally:
        await producer.stop()


class CrashError(ConnectionError):
    """The process dies here; what runs again knows nothing of it."""


_crashed: set[int] = set()


async def crash_between(part: Any) -> None:
    """Dies once per part that asks, at the place that asks."""
    if id(part) not in _crashed:
        _crashed.add(id(part))
        raise CrashError("killed between two steps")
