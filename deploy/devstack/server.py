"""A server that the devstack keeps running: the database or the broker, driven from the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Protocol

from deploy.devstack.broker import BrokerFailedError
from deploy.devstack.postgres import PostgresFailedError
from deploy.devstack.supervisor import BACKOFF_SECONDS, Say


class Part(Protocol):
    @property
    def pid(self) -> int | None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...


class Server:
    """All calls to `part` run in one thread, one after the other. While `held` it is not started again by itself."""

    def __init__(self, name: str, part: Part, thread: Executor, say: Say) -> None:
        self.name = name
        self.held = False
        self.restarts = 0
        self._part = part
        self._thread = thread
        self._say = say

    @property
    def pid(self) -> int | None:
        return self._part.pid

    async def run(self, work: Callable[[], object]) -> None:
        """Anything with the part that may take a while."""
        await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def start(self) -> None:
        await self.run(self._part.start)
        self.held = False

    async def stop(self) -> None:
        self.held = True
        await self.run(self._part.stop)

    async def kill(self) -> None:
        """Killed and held: whoever kills on purpose starts it again."""
        self.held = True
        await self.run(self._part.kill)

    async def keep(self) -> None:
        failures = 0
        while True:
            await asyncio.sleep(0.1)
            if self.held or self.pid is not None:
                failures = 0
                continue
            self._say(f"{self.name} ended, starting it again")
            self.restarts += 1
            try:
                await self.run(self._part.start)
            except (BrokerFailedError, PostgresFailedError) as failure:
                self._say(f"{self.name}: {failure}")
                failures += 1
                await asyncio.sleep(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)])
