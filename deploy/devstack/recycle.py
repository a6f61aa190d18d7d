"""The planned recycle of the embedded broker, which keeps every record in memory for ever.

Relays pause, every group reads to the end, an empty broker starts, relays adopt it and carry on with what follows. What
cannot be proved to have been read is not adopted: then the relays find another cluster and send their window again.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from deploy.devstack import prepare
from deploy.devstack.broker import Broker
from deploy.devstack.layout import Layout
from deploy.devstack.server import Server
from deploy.devstack.supervisor import Say

LOOK_EVERY_SECONDS = 2
DRAIN_SECONDS = 60
REST_SECONDS = 120  # between two recycles, and after one that did not drain
_BEHIND = 10_000  # how far below the newest logged position an open transaction's fact may still appear


class Recycler:
    def __init__(self, layout: Layout, server: Server, broker: Broker, say: Say) -> None:
        self.count = 0
        self.rest_seconds: float = REST_SECONDS
        self._layout = layout
        self._server = server
        self._broker = broker
        self._say = say

    async def keep(self) -> None:
        """Recycles whenever the broker's memory is above its bound."""
        bound = self._layout.broker_memory_mb * 1_000_000
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            if self._broker.memory_bytes() > bound and not self._server.held:
                try:
                    await self.recycle()
                except (OSError, KafkaError, asyncpg.PostgresError, TimeoutError) as failure:
                    self._say(f"the broker was not recycled: {failure!r}")
                await asyncio.sleep(self.rest_seconds)

    async def recycle(self) -> bool:
        """Returns whether everything had been read, so that nothing needs to be sent again."""
        started, before = time.monotonic(), self._broker.memory_bytes()
        topics = prepare.consumed(self._layout.run)
        books = {service: await asyncpg.connect(self._layout.database_url(service)) for service in topics}
        try:
            all_read = await recycle(books, topics, self._broker, self._server)
        finally:
            for connection in books.values():
                await connection.close()
        self.count += 1
        what = "everything had been read" if all_read else "not everything had been read, so relays send again"
        self._say(f"broker recycled at {before // 1_000_000} MB in {time.monotonic() - started:.1f} s: {what}")
        return all_read


async def recycle(
    books: Mapping[str, asyncpg.Connection], topics: Mapping[str, Sequence[str]], broker: Broker, server: Server
) -> bool:
    """`books` are connections to the services' databases, `topics` what each service consumes."""
    await _tell(books, "paused")
    mode = "running"
    try:
        marks = {service: await _newest(connection) for service, connection in books.items()}
        settled = await _drained(books, topics, broker, marks)
        server.held = True
        await server.run(broker.kill)
        await asyncio.sleep(1)  # an acknowledgement from just before the kill is written down by then
        if settled is not None and settled == await _settled(books, marks):
            mode = "adopt"
        await server.run(broker.start)
    finally:
        server.held = False
        await _tell(books, mode)
    return mode == "adopt"


async def _tell(books: Mapping[str, asyncpg.Connection], mode: str) -> None:
    for connection in books.values():
        await connection.execute("UPDATE relay_state SET mode = $1", mode)


async def _newest(connection: asyncpg.Connection) -> int:
    return int(await connection.fetchval("SELECT coalesce(max(position), 0) FROM event_log")) - _BEHIND


async def _settled(books: Mapping[str, asyncpg.Connection], marks: Mapping[str, int]) -> dict[str, int]:
    """How many facts the broker has acknowledged since each mark. It stands still when the relays do."""
    return {
        service: int(await connection.fetchval("SELECT count(*) FROM event_log WHERE position > $1", marks[service]))
        for service, connection in books.items()
    }


async def _drained(
    books: Mapping[str, asyncpg.Connection],
    topics: Mapping[str, Sequence[str]],
    broker: Broker,
    marks: Mapping[str, int],
) -> dict[str, int] | None:
    """Waits until relays are silent and groups have read to the end; None when they do not get there in time."""
    reader = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap_servers, group_id=None, enable_auto_commit=False)
    deadline, quiet = time.monotonic() + DRAIN_SECONDS, 0
    await asyncio.wait_for(reader.start(), 10)
    try:
        last: dict[str, int] = {}
        while time.monotonic() < deadline:
            settled = await _settled(books, marks)
            is_quiet = settled == last and await _all_read(books, topics, reader)
            quiet, last = quiet + 1 if is_quiet else 0, settled
            if quiet == 2:
                return settled
            await asyncio.sleep(0.5)
        return None
    finally:
        await asyncio.wait_for(reader.stop(), 10)


async def _all_read(
    books: Mapping[str, asyncpg.Connection], topics: Mapping[str, Sequence[str]], reader: AIOKafkaConsumer
) -> bool:
    known = await asyncio.wait_for(reader.topics(), 10)
    for service, connection in books.items():
        rows = await connection.fetch("SELECT topic, partition, next_offset FROM consumer_offset")
        read = {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
        partitions = [
            TopicPartition(topic, number)
            for topic in topics[service]
            if topic in known
            for number in sorted(reader.partitions_for_topic(topic) or ())
        ]
        ends = await asyncio.wait_for(reader.end_offsets(partitions), 10) if partitions else {}
        if any(read.get((tp.topic, tp.partition), 0) < end for tp, end in ends.items()):
            return False
    return True
