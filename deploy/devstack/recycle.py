"""The planned recycle of the embedded broker, which keeps every record in memory for ever.

Relays pause, every group reads to the end, an empty broker starts, relays adopt it and carry on with what follows. What
cannot be proved to have been read is not adopted: then the relays find another cluster and send their window again.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import asyncpg
from aiokafka.errors import KafkaError

from deploy.devstack import prepare
from deploy.devstack.broker import Broker
from deploy.devstack.layout import Layout
from deploy.devstack.server import Server
from deploy.devstack.supervisor import Say
from shared.messaging.log import Log, open_log
from shared.settings import ServiceSettings

LOOK_EVERY_SECONDS = 2
DRAIN_SECONDS = 60
FAREWELL_SECONDS = 5
REST_SECONDS = 120  # between two recycles, and after one that did not drain
_BEHIND = 10_000  # how far below the newest logged position an open transaction's fact may still appear


Books = Mapping[str, asyncpg.Connection]


@dataclass(frozen=True, slots=True)
class Proof:
    """All was read when, above these marks, this many facts of each service had been acknowledged."""

    marks: Mapping[str, int]
    settled: Mapping[str, int]


class Recycler:
    def __init__(self, layout: Layout, server: Server, broker: Broker, say: Say) -> None:
        self.count = 0
        self.rest_seconds: float = REST_SECONDS
        self._layout = layout
        self._bound = layout.broker_memory_mb * 1_000_000
        self._server = server
        self._broker = broker
        self._say = say

    async def keep(self) -> None:
        """Recycles whenever the broker's memory is above its bound."""
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            if self._broker.memory_bytes() > self._bound and not self._server.held:
                try:
                    await self.recycle()
                except (OSError, KafkaError, asyncpg.PostgresError, TimeoutError) as failure:
                    self._say(f"the broker was not recycled: {failure!r}")
                await asyncio.sleep(self.rest_seconds)

    async def recycle(self) -> bool:
        """Returns whether everything had been read, so that nothing needs to be sent again."""
        started, before = time.monotonic(), self._broker.memory_bytes()
        async with self._books() as books:
            mode = "running"
            try:
                proof = await self._quiet(books, DRAIN_SECONDS)
                if proof is None and self._broker.memory_bytes() < 2 * self._bound:
                    self._say("the broker was not recycled yet: not all groups have read to the end")
                    return False
                await self._server.kill()
                await asyncio.sleep(1)  # an acknowledgement from just before the kill is written down by then
                mode = await _mode(books, proof)
            finally:
                if self._server.pid is None:
                    await self._server.start()
                self._server.held = False
                await _tell(books, mode)
        self.count += 1
        what = "everything had been read" if mode == "adopt" else "not everything had been read, so relays send again"
        self._say(f"broker recycled at {before // 1_000_000} MB in {time.monotonic() - started:.1f} s: {what}")
        return mode == "adopt"

    @asynccontextmanager
    async def farewell(self) -> AsyncIterator[None]:
        """Around stopping services and broker: what had been read by then need not be sent again at the next start."""
        async with self._books() as books:
            mode = "running"
            try:
                proof = await self._quiet(books, FAREWELL_SECONDS)
                yield
                mode = await _mode(books, proof)
            finally:
                await _tell(books, mode)

    async def recover(self) -> None:
        """Relays that a recycle had paused when it was killed go on."""
        async with self._books() as books:
            for connection in books.values():
                await connection.execute("UPDATE relay_state SET mode = 'running' WHERE mode = 'paused'")

    @asynccontextmanager
    async def _books(self) -> AsyncIterator[dict[str, asyncpg.Connection]]:
        """A connection to each service's database."""
        async with AsyncExitStack() as stack:
            books = {}
            for service in prepare.consumed(self._layout.run):
                books[service] = await asyncpg.connect(self._layout.database_url(service))
                stack.push_async_callback(books[service].close)
            yield books

    async def _quiet(self, books: Books, seconds: float) -> Proof | None:
        """Pauses the relays and lets all groups read to the end; None when they do not get there in time."""
        await _tell(books, "paused")
        marks = {service: await _newest(connection) for service, connection in books.items()}
        topics = prepare.consumed(self._layout.run)
        settings = ServiceSettings(database_url="", kafka_bootstrap_servers=self._broker.bootstrap_servers)
        deadline, quiet = time.monotonic() + seconds, 0
        last: dict[str, int] = {}
        async with open_log(settings) as log:
            while time.monotonic() < deadline:
                settled = await _settled(books, marks)
                is_quiet = settled == last and await _all_read(books, topics, log)
                quiet, last = quiet + 1 if is_quiet else 0, settled
                if quiet == 2:
                    return Proof(marks, settled)
                await asyncio.sleep(0.3)
        return None


async def _mode(books: Books, proof: Proof | None) -> str:
    """`adopt` when no relay has had anything acknowledged since all was read; `running` makes it send again."""
    return "adopt" if proof and proof.settled == await _settled(books, proof.marks) else "running"


async def _tell(books: Books, mode: str) -> None:
    for connection in books.values():
        await connection.execute("UPDATE relay_state SET mode = $1", mode)


async def _newest(connection: asyncpg.Connection) -> int:
    return int(await connection.fetchval("SELECT coalesce(max(position), 0) FROM event_log")) - _BEHIND


async def _settled(books: Books, marks: Mapping[str, int]) -> dict[str, int]:
    """How many facts the broker has acknowledged since each mark. It stands still when the relays do."""
    return {
        service: int(await connection.fetchval("SELECT count(*) FROM event_log WHERE position > $1", marks[service]))
        for service, connection in books.items()
    }


async def _all_read(books: Books, topics: Mapping[str, Sequence[str]], log: Log) -> bool:
    async with asyncio.timeout(20):
        partitions = await log.partitions(sorted({topic for consumed in topics.values() for topic in consumed}))
        ends = await log.ends(partitions)
    for service, connection in books.items():
        rows = await connection.fetch("SELECT topic, partition, next_offset FROM consumer_offset")
        read = {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
        mine = {(tp.topic, tp.partition): end for tp, end in ends.items() if tp.topic in topics[service]}
        if any(read.get(place, 0) < end for place, end in mine.items()):
            return False
    return True
