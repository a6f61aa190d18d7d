"""The faults, one after the other while the clients go on."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

from aiokafka.admin import AIOKafkaAdminClient

from deploy.devstack.broker import Broker
from deploy.devstack.layout import SERVICES
from shared.contracts import topic_of
from tests.chaos.market import LOCK_SECONDS, ChaosStack

Fault = Callable[[], Awaitable[None]]
LULL_SECONDS = 2.0


class Nemesis:
    def __init__(self, stack: ChaosStack, say: Callable[[str], None]) -> None:
        self._stack = stack
        self._say = say

    def faults(self) -> list[tuple[str, Fault]]:
        listed: list[tuple[str, Fault]] = []
        for service in (*SERVICES, "witness"):
            listed.append((f"kill {service}", lambda service=service: self._kill(service)))  # type: ignore[misc]
            listed.append((f"freeze {service}", lambda service=service: self._freeze(service, 2)))  # type: ignore[misc]
        listed += [
            ("freeze the orders relay beyond its lock", lambda: self._freeze("orders", LOCK_SECONDS + 3)),
            ("freeze the enforcement relay beyond its lock", lambda: self._freeze("enforcement", LOCK_SECONDS + 3)),
            ("kill the broker", self._kill_broker),
            ("wipe the broker under a new cluster id", lambda: self._wipe(same_cluster_id=False)),
            ("wipe the broker under the same cluster id", lambda: self._wipe(same_cluster_id=True)),
            ("recreate the orders topic", lambda: self._recreate(topic_of("orders"))),
            ("stop Postgres at once", self._stop_postgres),
            ("kill orders and the broker together", self._kill_both),
        ]
        return listed

    async def _kill(self, name: str) -> None:
        self._stack.children[name].send(signal.SIGKILL)
        await self._back(name)

    async def _freeze(self, name: str, seconds: float) -> None:
        child = self._stack.children[name]
        child.send(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        child.send(signal.SIGCONT)

    async def _back(self, name: str) -> None:
        """Waits until the supervisor has started it again; readiness is not waited for, clients must cope."""
        child = self._stack.children[name]
        async with asyncio.timeout(30):
            while child.pid is None:  # noqa: ASYNC110 - another process tells no event
                await asyncio.sleep(0.05)

    async def _kill_broker(self) -> None:
        server = self._stack.servers["broker"]
        await server.kill()
        await asyncio.sleep(2)
        await server.start()

    async def _wipe(self, *, same_cluster_id: bool) -> None:
        server, broker = self._stack.servers["broker"], self._broker
        server.held = True
        try:
            await server.run(broker.kill)
            await asyncio.sleep(0.5)
            await server.run(lambda: broker.restart(same_cluster_id=same_cluster_id))
        finally:
            server.held = False

    @property
    def _broker(self) -> Broker:
        return self._stack.broker

    async def _recreate(self, topic: str) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._broker.bootstrap_servers)
        await admin.start()
        try:
            await admin.delete_topics([topic])
        finally:
            await admin.close()

    async def _stop_postgres(self) -> None:
        server = self._stack.servers["postgres"]
        await server.kill()
        await asyncio.sleep(2)
        await server.start()

    async def _kill_both(self) -> None:
        self._stack.children["orders"].send(signal.SIGKILL)
        await self._kill_broker()
