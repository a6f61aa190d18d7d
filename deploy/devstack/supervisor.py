"""One supervised child process: started, watched, started again with backoff, drained, and never left behind."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import psutil

from deploy.devstack.offspring import Nursery, NurseryEndedError, Offspring
from deploy.devstack.processes import port_is_taken

DRAIN_SECONDS = 25
STABLE_SECONDS = 30
BACKOFF_SECONDS = (0.2, 0.5, 1, 2, 5)
Say = Callable[[str], None]


class ChildFailedError(RuntimeError):
    """A child did not become ready; the message says why and where its log is."""


class Child:
    """`held` children are not started again: somebody stops or kills them on purpose and will start them himself."""

    def __init__(
        self,
        nursery: Nursery,
        name: str,
        command: Sequence[str],
        env: Mapping[str, str],
        log: Path,
        port: int,
        say: Say,
    ) -> None:
        """`command` is a module and its arguments."""
        self.name = name
        self.port = port
        self.held = False
        self.restarts = 0
        self._nursery = nursery
        self._module, *self._arguments = command
        self._env = dict(env)
        self._log = log
        self._say = say
        self._process: Offspring | None = None
        self._started_at = 0.0
        self._failures = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        if port_is_taken(self.port):
            raise ChildFailedError(f"Port {self.port}, which {self.name} needs, is in use by another program.")
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._process = self._nursery.bear(self.name, self._module, self._arguments, self._env, self._log)
        self._started_at = time.monotonic()

    async def ready(self, seconds: float) -> float:
        """Waits until /health/ready says 200; returns how long the child took."""
        deadline = time.monotonic() + seconds
        last: int | None = None
        while (last := await http_status(self.port, "/health/ready")) != 200:
            if self.pid is None:
                raise ChildFailedError(f"{self.name} ended while starting; {self._tail()}")
            if time.monotonic() > deadline:
                told = f"answers {last}" if last else "does not answer"
                raise ChildFailedError(f"{self.name} {told} at /health/ready after {seconds:.0f} s; {self._tail()}")
            await asyncio.sleep(0.05)
        return time.monotonic() - self._started_at

    def send(self, sign: signal.Signals) -> None:
        """To the child alone: kill, freeze (SIGSTOP), thaw (SIGCONT)."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(sign)

    async def stop(self, seconds: float = DRAIN_SECONDS) -> None:
        """Drains by SIGTERM; kills after the deadline."""
        self.held = True
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        if not await self._ended(seconds):
            self._say(f"{self.name} did not drain within {seconds:.0f} s and is killed")
            self.send(signal.SIGKILL)
            await self._ended(5)

    async def _ended(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.pid is not None:
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.03)
        return True

    async def keep(self) -> None:
        """Starts the child again whenever it ends without having been told to."""
        while True:
            await asyncio.sleep(0.1)
            if self.held or self.pid is not None or self._process is None:
                continue
            lived = time.monotonic() - self._started_at
            self._failures = 0 if lived > STABLE_SECONDS else self._failures
            pause = BACKOFF_SECONDS[min(self._failures, len(BACKOFF_SECONDS) - 1)]
            self._say(f"{self.name} ended ({_how(self._process.returncode)}), starting again in {pause} s")
            await asyncio.sleep(pause)
            self._failures += 1
            self.restarts += 1
            try:
                if not self.held:
                    self.start()
            except (ChildFailedError, NurseryEndedError) as failure:
                self._say(str(failure))

    def memory_bytes(self) -> int:
        try:
            return int(psutil.Process(self.pid).memory_info().rss) if self.pid else 0
        except psutil.Error:
            return 0

    def _tail(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines() if self._log.exists() else []
        return f"its log is {self._log}" + (f", last line: {lines[-1][:400]}" if lines else "")


def _how(code: int | None) -> str:
    return signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"


async def http_status(port: int, path: str) -> int | None:
    """The status of a GET on this machine, or None when nobody answers."""
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
                status = (await reader.readline()).split()
                await reader.read()
                return int(status[1]) if len(status) > 1 else None
            finally:
                writer.close()
    except (OSError, ValueError, TimeoutError):
        return None


async def all_of(awaitables: Sequence[Awaitable[object]]) -> None:
    """Waits for all; when one fails, the others are cancelled and its error is raised as it is."""
    tasks = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
