"""Outbox to broker: one active relay per shard, ordered per key, at least once.

There is no cursor. A row leaves the outbox only after the broker acknowledged it, so nothing can be skipped; and the
rows are read on the very session that holds the shard's advisory lock, so a relay that lost the lock reads none.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg
from aiokafka import TopicPartition
from aiokafka.partitioner import DefaultPartitioner

from shared.contracts import topic_of
from shared.contracts.envelope import Envelope
from shared.errors import Transient
from shared.ids import new_id
from shared.messaging import outbox
from shared.messaging.log import Log, open_log
from shared.messaging.metrics import RELAY_PUBLISHED
from shared.messaging.record import INCARNATION_HEADER, MARKER_HEADER
from shared.messaging.sender import Message, Sender
from shared.messaging.session import open_session
from shared.settings import ServiceSettings

LOCK_CLASS = 0x4641
IDLE_POLLS_BETWEEN_ORDERS = 10
LOOK_SECONDS = 3.0


class BrokerLostError(Transient):
    """The log is not the one that was written to before."""


class Relay:
    def __init__(
        self,
        service: str,
        database_url: str,
        settings: ServiceSettings,
        shard: int = 0,
        *,
        make_sender: Callable[[ServiceSettings], Sender] = Sender,
    ) -> None:
        self._make_sender = make_sender
        self._service = service
        self._url = database_url
        self._settings = settings
        self._shard = shard
        self._topic = topic_of(service, settings.topic_prefix)
        self._partitioner = DefaultPartitioner()
        self._partitions: list[int] = []
        self._identities: dict[int, str] = {}
        self._ends: dict[int, int] = {}
        self._looked_at = 0.0
        self.beaten_at = 0.0

    async def run(self) -> None:
        """Leads until the lock is lost or something fails; its supervisor calls it again."""
        connection = await open_session(self._url, self._settings.relay_lock_timeout_seconds)
        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", LOCK_CLASS, self._shard):
                self._beat()
                await asyncio.sleep(0.5)
            async with open_log(self._settings) as log:
                await self._lead(connection, log)
        finally:
            connection.terminate()

    async def _lead(self, connection: asyncpg.Connection, log: Log) -> None:
        sender: Sender | None = None
        try:
            while True:
                self._beat()
                told = await outbox.orders(connection, self._shard)
                if sender is not None and told.mode != "running":
                    await sender.close()
                    sender = None
                if told.mode == "paused":
                    await asyncio.sleep(0.1)
                elif sender is None or self._beat() - self._looked_at > LOOK_SECONDS:
                    await self._look(connection, log, told)
                    if sender is None:
                        sender = self._make_sender(self._settings)
                        await sender.start()
                elif told.republish_upto is not None:
                    await self._republish(connection, sender, told)
                else:
                    await self._relay_new(connection, sender)
        finally:
            if sender is not None:
                await sender.close()

    def _beat(self) -> float:
        self.beaten_at = asyncio.get_running_loop().time()
        return self.beaten_at

    async def _look(self, connection: asyncpg.Connection, log: Log, told: outbox.Orders) -> None:
        """Makes the topic, marks its empty partitions, and compares the log with the one known before.

        Another or a shorter log means that the broker lost what it was given: the whole `event_log` window is sent
        again, unless a planned recycle has said beforehand that everything had been read (`adopt`). A relay that has
        nothing to send looks too: nobody else would notice before its next fact.
        """
        await log.ensure_topics([self._topic])
        partitions = await log.partitions([self._topic])
        seen = await log.look(partitions)
        fresh = [tp for tp in partitions if seen[tp].end == 0]
        if fresh:
            await self._mark(fresh)
            seen = await log.look(partitions)
        cluster_id = seen[partitions[0]].cluster_id
        self._partitions = [tp.partition for tp in partitions]
        self._ends = {tp.partition: seen[tp].end for tp in partitions}
        self._identities = {
            tp.partition: seen[tp].first_identity or told.identities.get(tp.partition, "") for tp in partitions
        }
        is_same = told.cluster_id == cluster_id and told.identities == self._identities
        is_whole = is_same and all(self._ends[partition] >= end for partition, end in told.ends.items())
        async with connection.transaction():
            if told.identities and not is_whole and told.mode != "adopt":
                await outbox.request_republish(connection, self._shard)
            await outbox.adopt_log(connection, self._shard, cluster_id, self._identities, self._ends)
        self._looked_at = self._beat()

    async def _mark(self, partitions: list[TopicPartition]) -> None:
        marker = Message(0, b"", b"", [(MARKER_HEADER, str(new_id()).encode())])
        sender = Sender(self._settings)
        await sender.start()
        try:
            _, failure = await sender.send(self._topic, {tp.partition: [marker] for tp in partitions}, _nothing)
            if failure is not None:
                raise failure
        finally:
            await sender.close()

    async def _relay_new(self, connection: asyncpg.Connection, sender: Sender) -> None:
        """Sends what is in the outbox, or waits a little for something to be there."""
        for _ in range(IDLE_POLLS_BETWEEN_ORDERS):
            rows = await outbox.unsent(connection, self._settings.relay_shards, self._shard)
            if rows:
                break
            self._beat()
            await asyncio.sleep(self._settings.relay_poll_ms / 1000)
        else:
            return
        while rows:
            sent, failure = await self._send(connection, sender, rows)
            if sent:
                await outbox.settle(connection, sorted(sent), self._settings.event_log_days)
                await outbox.note_ends(connection, self._shard, self._identities, self._ends)
                RELAY_PUBLISHED.labels(self._service).inc(len(sent))
            if failure is not None:
                raise failure
            rows = [row for row in rows if row["position"] not in sent]

    async def _republish(self, connection: asyncpg.Connection, sender: Sender, told: outbox.Orders) -> None:
        """Sends a slice of the `event_log` again, before any newer row of this shard."""
        rows = await outbox.sent_before(connection, self._settings.relay_shards, self._shard, told)
        last = rows[-1]["position"] if rows else None
        while rows:
            sent, failure = await self._send(connection, sender, rows)
            if failure is not None:
                raise failure
            rows = [row for row in rows if row["position"] not in sent]
        await outbox.republished(connection, self._shard, told, last)

    async def _send(
        self, connection: asyncpg.Connection, sender: Sender, rows: Sequence[Any]
    ) -> tuple[set[int], BaseException | None]:
        async def beat() -> None:
            await connection.fetchval("SELECT 1")
            self._beat()

        sent, failure = await sender.send(self._topic, self._by_partition(rows), beat)
        for part in sent:
            if part.first_offset < self._ends[part.partition]:
                # Nothing is settled: these rows stay where they are, and what was sent before is sent again first.
                await outbox.request_republish(connection, self._shard)
                raise BrokerLostError(f"partition {part.partition} went back to {part.first_offset}")
            self._ends[part.partition] = part.first_offset + len(part.positions)
            self._looked_at = self._beat()
        return {position for part in sent for position in part.positions}, failure

    def _by_partition(self, rows: Sequence[Any]) -> dict[int, list[Message]]:
        grouped: dict[int, list[Message]] = defaultdict(list)
        for row in rows:
            key = row["aggregateid"].encode()
            partition = self._partitioner(key, self._partitions, self._partitions)
            grouped[partition].append(self._message(row, key, partition))
        return grouped

    def _message(self, row: Any, key: bytes, partition: int) -> Message:
        headers = envelope_of(self._service, row).headers()
        headers.append((INCARNATION_HEADER, self._identities[partition].encode()))
        return Message(row["position"], key, row["payload"].encode(), headers)


def envelope_of(service: str, row: Any) -> Envelope:
    """The envelope of a row of outbox or `event_log`."""
    return Envelope(
        id=row["id"],
        type=row["type"],
        source=service,
        time=row["occurred_at"],
        subject=row["aggregateid"],
        sequence=row["sequence"],
        correlation_id=row["correlation_id"],
        causation_id=row["causation_id"],
        traceparent=row["traceparent"],
    )


async def _nothing() -> None:
    return
