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
from shared.messaging.log import open_log
from shared.messaging.metrics import RELAY_PUBLISHED
from shared.messaging.record import INCARNATION_HEADER, MARKER_HEADER
from shared.messaging.sender import Message, Sender
from shared.settings import ServiceSettings

LOCK_CLASS = 0x4641
IDLE_POLLS_BETWEEN_ORDERS = 10


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
        self._identities: dict[str, str] = {}
        self._ends: dict[int, int] = {}
        self.beaten_at = 0.0

    async def run(self) -> None:
        """Leads until the lock is lost or something fails; its supervisor calls it again."""
        timeout = self._settings.relay_lock_timeout_seconds
        connection = await asyncpg.connect(
            self._url,
            timeout=5,
            command_timeout=timeout,
            server_settings={"idle_session_timeout": f"{timeout}s", "statement_timeout": f"{timeout}s"},
        )
        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", LOCK_CLASS, self._shard):
                self._beat()
                await asyncio.sleep(0.5)
            await self._lead(connection)
        finally:
            connection.terminate()

    async def _lead(self, connection: asyncpg.Connection) -> None:
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
                elif sender is None:
                    await self._prepare(connection, told)
                    sender = self._make_sender(self._settings)
                    await sender.start()
                elif told.republish_upto is not None:
                    await self._republish(connection, sender, told)
                else:
                    await self._relay_new(connection, sender)
        finally:
            if sender is not None:
                await sender.close()

    def _beat(self) -> None:
        self.beaten_at = asyncio.get_running_loop().time()

    async def _prepare(self, connection: asyncpg.Connection, told: outbox.Orders) -> None:
        """Makes the topic, marks its empty partitions, and compares the log with the one known before.

        Another log means that the broker lost what it was given: the whole `event_log` window is sent again, unless a
        planned recycle has said beforehand that everything had been read (`adopt`).
        """
        async with open_log(self._settings) as log:
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
            str(tp.partition): seen[tp].first_identity or told.identities.get(str(tp.partition), "")
            for tp in partitions
        }
        is_other = told.identities != self._identities or told.cluster_id != cluster_id
        async with connection.transaction():
            if told.identities and is_other and told.mode != "adopt":
                await outbox.request_republish(connection, self._shard)
            await outbox.adopt_log(connection, self._shard, cluster_id, self._identities)

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
        await outbox.republished(connection, self._shard, last)

    async def _send(
        self, connection: asyncpg.Connection, sender: Sender, rows: Sequence[Any]
    ) -> tuple[set[int], BaseException | None]:
        async def beat() -> None:
            await connection.fetchval("SELECT 1")
            self._beat()

        sent, failure = await sender.send(self._topic, self._by_partition(rows), beat)
        for part in sent:
            if part.first_offset < self._ends[part.partition]:
                # Nothing is settled: the rows stay where they are until the log is looked at anew.
                raise BrokerLostError(f"partition {part.partition} went back to {part.first_offset}")
            self._ends[part.partition] = part.first_offset + len(part.positions)
        return {position for part in sent for position in part.positions}, failure

    def _by_partition(self, rows: Sequence[Any]) -> dict[int, list[Message]]:
        grouped: dict[int, list[Message]] = defaultdict(list)
        for row in rows:
            key = row["aggregateid"].encode()
            partition = self._partitioner(key, self._partitions, self._partitions)
            grouped[partition].append(self._message(row, key, partition))
        return grouped

    def _message(self, row: Any, key: bytes, partition: int) -> Message:
        envelope = Envelope(
            id=row["id"],
            type=row["type"],
            source=self._service,
            time=row["occurred_at"],
            subject=row["aggregateid"],
            sequence=row["sequence"],
            correlation_id=row["correlation_id"],
            causation_id=row["causation_id"],
            traceparent=row["traceparent"],
        )
        headers = envelope.headers()
        headers.append((INCARNATION_HEADER, self._identities[str(partition)].encode()))
        return Message(row["position"], key, row["payload"].encode(), headers)


async def _nothing() -> None:
    return
