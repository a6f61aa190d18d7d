"""The whole market on one machine: database, broker, issuer, payment sandbox and the five services."""

import asyncio
import time
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import asyncpg
from aiokafka.errors import KafkaError

from deploy.devstack import databases, prepare
from deploy.devstack.broker import Broker, EmbeddedBroker
from deploy.devstack.kafka.server import KafkaBroker
from deploy.devstack.layout import SERVICES, Layout
from deploy.devstack.offspring import Nursery
from deploy.devstack.postgres import EmbeddedPostgres
from deploy.devstack.processes import port_is_taken
from deploy.devstack.recycle import Recycler
from deploy.devstack.server import Server
from deploy.devstack.supervisor import Child, ChildFailedError, Say, all_of

READY_SECONDS = 90


class PortTakenError(RuntimeError):
    """Another program listens where we must."""


class Stack:
    """`servers` are the database and the broker, `children` everything in Python.

    All may be killed and will return, unless they are `held`. A broker that somebody else runs is not among them.
    """

    def __init__(self, layout: Layout, say: Say = print, *, broker_runs_already: bool = False) -> None:
        self.layout = layout
        self._say = say
        # Servers die with the thread that started them, so they are all started by one that lives as long as we do.
        self._thread = ThreadPoolExecutor(1, "servers")
        self.nursery = Nursery(layout.logs / "nursery.log")
        self.postgres = EmbeddedPostgres(layout.run / "postgres", layout.port("postgres"))
        self.broker = self._make_broker()
        self.servers = {"postgres": Server("postgres", self.postgres, self._thread, say)}
        self.recycler: Recycler | None = None
        if not broker_runs_already:
            self.servers["broker"] = Server("broker", self.broker, self._thread, say)
        if layout.broker == "tansu":
            self.recycler = Recycler(layout, self.servers["broker"], self.broker, say)
        self.children = {child.name: child for child in self._make_children()}
        self._keeping: list[asyncio.Task[None]] = []

    def _make_broker(self) -> Broker:
        layout = self.layout
        if layout.broker == "kafka":
            folder = layout.run / "kafka"
            return KafkaBroker(folder, layout.port("broker"), layout.port("controller"), layout.jars)
        return EmbeddedBroker(layout.run / "broker", layout.port("broker"))

    def _make_children(self) -> list[Child]:
        layout = self.layout
        made = [
            self._child(name, [f"deploy.devstack.{name}"], layout.environment(), layout.port(name))
            for name in ("issuer", "payment")
        ]
        for service in SERVICES:
            command = ["shared.run", f"services.{service}.app:service", "--role"]
            settings, port = layout.service_settings(service), layout.port(service)
            made.append(self._child(service, [*command, "api" if layout.split else "all"], settings, port))
            if layout.split:
                port = layout.worker_port(service)
                settings = settings | {"HTTP_PORT": str(port)}
                made.append(self._child(f"{service}-worker", [*command, "worker"], settings, port))
        return made

    def _child(self, name: str, command: list[str], env: dict[str, str], port: int) -> Child:
        return Child(self.nursery, name, command, env, self.layout.logs / f"{name}.log", port, self._say)

    async def up(self) -> None:
        """Returns when everything is ready. What fails is told by one sentence, and nothing stays behind."""
        try:
            await self._up()
        except BaseException:
            await self.down()
            raise

    async def _up(self) -> None:
        self._check_ports()
        self.nursery.start()
        identifier = await self._start_servers()
        if not prepare.is_done(self.layout.run, identifier):
            await self._timed("migrations", self._migrate(identifier))
        if self.recycler:
            await self.recycler.recover()
        for child in self.children.values():
            child.start()
        await all_of([self._announce(child) for child in self.children.values()])
        self._keeping = [asyncio.create_task(server.keep()) for server in self.servers.values()]
        self._keeping += [asyncio.create_task(child.keep()) for child in self.children.values()]
        if self.recycler:
            self._keeping.append(asyncio.create_task(self.recycler.keep()))

    async def _start_servers(self) -> str:
        passwords = {service: self.layout.secrets()[f"{service}-password"] for service in SERVICES}
        for name, server in self.servers.items():
            await self._timed(self.broker.name if name == "broker" else name, server.start())
        return await databases.prepare(self.postgres.url(), passwords)

    async def down(self) -> None:
        """Drains the services, then stops what they stand on."""
        is_up = bool(self._keeping)
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        try:
            async with self.recycler.farewell() if is_up and self.recycler else nullcontext():
                await self._stop_all_but_postgres()
        except (OSError, KafkaError, asyncpg.PostgresError, TimeoutError) as failure:
            self._say(f"relays will send their window again at the next start: {failure!r}")
            await self._stop_all_but_postgres()
        finally:
            await self.servers["postgres"].stop()
            self.nursery.stop()
            self._thread.shutdown()

    async def _stop_all_but_postgres(self) -> None:
        await asyncio.gather(*(child.stop() for child in self.children.values()))
        if "broker" in self.servers:
            await self.servers["broker"].stop()

    def _check_ports(self) -> None:
        wanted = {child.name: child.port for child in self.children.values()}
        wanted |= {name: self.layout.port(name) for name in self.servers}
        for name, port in wanted.items():
            if port_is_taken(port):
                raise PortTakenError(
                    f"Port {port}, which {name} needs, is in use by another program; "
                    "stop it (`make down` if it is an earlier devstack) or set PORT_OFFSET."
                )

    async def _migrate(self, identifier: str) -> None:
        self.layout.logs.mkdir(parents=True, exist_ok=True)
        log = self.layout.logs / "migrations.log"
        log.unlink(missing_ok=True)
        environment = self.layout.environment()
        process = self.nursery.bear("migrations", "deploy.devstack.prepare", [identifier], environment, log)
        while process.poll() is None:  # noqa: ASYNC110 - its end is told by the nursery, in poll
            await asyncio.sleep(0.05)
        if process.returncode:
            tail = log.read_text(errors="replace").strip().splitlines()[-1:]
            raise ChildFailedError(f"The migrations failed; the log is {log}, last line: {' '.join(tail)}")

    async def _announce(self, child: Child) -> None:
        took = await child.ready(READY_SECONDS)
        self._say(f"  {child.name:<20} {took:5.1f} s   http://127.0.0.1:{child.port}")

    async def _timed(self, name: str, work: Awaitable[object]) -> None:
        started = time.monotonic()
        await work
        self._say(f"  {name:<20} {time.monotonic() - started:5.1f} s")
