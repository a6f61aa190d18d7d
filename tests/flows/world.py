"""All five services in one process: real databases, a real broker, and real HTTP servers around them."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from aiokafka import TopicPartition

from deploy.devstack.story.market import Market
from shared.clock import SettableClock, utc_now
from shared.db.transaction import Database
from shared.http.app import make_app
from shared.messaging import maintenance, store
from shared.messaging.log import Log, open_log
from shared.run import standing_jobs
from shared.service import Service
from shared.settings import ServiceSettings
from shared.testing.fixtures import DbFor, load_service
from shared.testing.issuer import Issuer
from shared.testing.secrets import secret_settings
from shared.worker import Worker, consumed_topics
from tests.flows.servers import SECRET, listen, payment_sandbox, served, url_of

SERVICES = ("registry", "catalog", "orders", "monitoring", "enforcement")
QUICK: dict[str, Any] = {
    "topic_partitions": 2,
    "relay_poll_ms": 10,
    "refund_poll_seconds": 0.1,
    "probe_interval_ms": 300,
    "probe_timeout_ms": 250,
    "probe_confirm_after_ms": 20,
    "probe_flush_ms": 10,
    "probe_allow_networks": ["127.0.0.0/8"],
    "callback_allow_networks": ["127.0.0.0/8"],
}


class WorldStuckError(AssertionError):
    """Something that was said did not arrive everywhere in time."""


class WorkerEndedError(RuntimeError):
    """A worker gave up, as it would end its process in production."""


class MovingClock(SettableClock):
    """The real time, moved on by what a test says."""

    def __init__(self) -> None:
        super().__init__()
        self._began = utc_now()

    def __call__(self) -> datetime:
        return self.at + (datetime.now(UTC) - self._began)


class Member:
    """One service of the world: its declaration, database, API and worker."""

    def __init__(self, service: Service, db: Database, settings: ServiceSettings) -> None:
        self.service = service
        self.db = db
        self.settings = settings
        self.app = make_app(service, db, settings)
        self._worker: asyncio.Task[None] | None = None

    @property
    def topics(self) -> list[str]:
        return consumed_topics(self.service, self.settings.topic_prefix)

    async def start(self) -> None:
        if self.service.seed is not None:
            async with self.db.transaction() as tx:
                await self.service.seed(tx)
        worker = Worker(self.service, self.db, self.settings, standing_jobs(self.settings), self._give_up)
        self._worker = asyncio.create_task(worker.run())

    async def stop(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)
            self._worker = None

    def _give_up(self) -> None:
        raise WorkerEndedError(f"a part of {self.service.name} fails again and again; the log says why")

    def check(self) -> None:
        """Raises what ended the worker, if anything did."""
        if self._worker is not None and self._worker.done():
            self._worker.result()

    async def resync(self) -> None:
        await maintenance.resync(self.service, self.db)

    async def republish(self) -> None:
        await maintenance.republish(self.db)

    async def rows(self, sql: str, *arguments: Any) -> list[dict[str, Any]]:
        async with self.db.transaction() as tx:
            return [dict(row) for row in await tx.driver.fetch(sql, *arguments)]

    async def causes(self, target_key: str) -> list[dict[str, Any]]:
        """What the replica knows to restrict a target."""
        rows = await self.rows("SELECT state::text FROM restriction WHERE key = $1", target_key)
        return list(json.loads(rows[0]["state"])["causes"]) if rows else []

    async def unsent(self) -> list[str]:
        counted = await self.rows("SELECT type, count(*) AS many FROM outbox GROUP BY type ORDER BY type")
        return [f"{self.service.name} has yet to send {row['many']} × {row['type']}" for row in counted]

    async def behind(self, ends: Mapping[TopicPartition, int], cluster: str) -> list[str]:
        """What of its topics it has not applied."""
        name, mine = self.service.name, {tp: end for tp, end in ends.items() if tp.topic in self.topics and end}
        async with self.db.transaction() as tx:
            stored = await store.stored_positions(tx.driver, list(mine))
            parked = await tx.driver.fetch("SELECT topic, state FROM parked_key")
        left = [f"{name} has parked a key of {row['topic']} ({row['state']})" for row in parked]
        for tp, end in mine.items():
            at = stored.get(tp)
            if at is None or at.next_offset < end or at.cluster_id != cluster:
                left.append(f"{name} is at {at.next_offset if at else 0} of {end} in {tp.topic}-{tp.partition}")
        return left


class World(Market):
    """The market of one test: `world.as_("officer", "o-1")` gives somebody who acts in it."""

    def __init__(
        self,
        members: Mapping[str, Member],
        clients: Mapping[str, httpx2.AsyncClient],
        issuer: Issuer,
        clock: MovingClock,
    ) -> None:
        async def token(role: str, subject: str) -> str:
            return issuer.token(role, subject)

        super().__init__(clients, token)
        self.members = members
        self.clock = clock

    def __getitem__(self, service: str) -> Member:
        return self.members[service]

    async def settle(self, seconds: float = 30) -> None:
        """Waits until every outbox is empty and every consumer has applied all there is.

        Twice, with nothing said in between: what a consumer did before the first look is in the log at the second.
        """
        deadline = asyncio.get_running_loop().time() + seconds
        settled_at: dict[TopicPartition, int] | None = None
        while True:
            for member in self.members.values():
                member.check()
            left, ends = await self._look(deadline)
            if not left and ends == settled_at:
                return
            settled_at = None if left else ends
            if asyncio.get_running_loop().time() > deadline:
                raise WorldStuckError(f"after {seconds:g} s the world is not quiet: " + "; ".join(left))
            await asyncio.sleep(0.01)

    async def _look(self, deadline: float) -> tuple[list[str], dict[TopicPartition, int]]:
        left = [line for member in self.members.values() for line in await member.unsent()]
        if left:
            return left, {}
        try:
            async with asyncio.timeout_at(deadline), self._log() as look:
                cluster = await look.cluster_id()
                topics = sorted({topic for member in self.members.values() for topic in member.topics})
                await look.ensure_topics(topics)
                ends = await look.ends(await look.partitions(topics))
        except Exception as error:  # away, or just back: not quiet, and the deadline decides
            return [f"the broker does not answer: {error!r}"], {}
        return [line for member in self.members.values() for line in await member.behind(ends, cluster)], ends

    @asynccontextmanager
    async def _log(self) -> AsyncIterator[Log]:
        async with open_log(self["registry"].settings) as look:
            yield look

    async def close(self) -> None:
        await asyncio.gather(*(member.stop() for member in self.members.values()))


@asynccontextmanager
async def open_world(
    db_for: DbFor, issuer: Issuer, clock: MovingClock, kafka: Mapping[str, str], folder: Path
) -> AsyncIterator[World]:
    """`kafka` are the settings that name the broker and this world's topics."""
    async with AsyncExitStack() as stack:
        door = stack.enter_context(listen())
        payment_url = await stack.enter_async_context(payment_sandbox(folder))
        values = QUICK | issuer.settings | secret_settings() | dict(kafka)
        values |= {"payment_url": payment_url, "payment_webhook_secret": SECRET, "public_url": url_of(door)}
        members = {name: await _member(name, db_for, values) for name in SERVICES}
        await stack.enter_async_context(served(members["orders"].app, door))
        clients = {name: _client(member) for name, member in members.items()}
        clients["payment"] = httpx2.AsyncClient(base_url=payment_url, trust_env=False)
        for client in clients.values():
            await stack.enter_async_context(client)
        world = World(members, clients, issuer, clock)
        stack.push_async_callback(world.close)
        for member in members.values():
            await member.start()
        yield world


async def _member(name: str, db_for: DbFor, values: Mapping[str, Any]) -> Member:
    service, db = load_service(name), await db_for(name)
    return Member(service, db, service.settings(database_url=db.url, **values))


def _client(member: Member) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=member.app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url=f"http://{member.service.name}.test")
