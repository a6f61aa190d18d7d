"""Bringing a devstack up in the foreground, ending it from another terminal, cleaning up after it."""

import asyncio
import fcntl
import os
import shutil
import signal
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from deploy.devstack.kafka.server import KafkaBroker
from deploy.devstack.layout import SERVICES, Layout
from deploy.devstack.owner import ServerUser, home_for
from deploy.devstack.processes import wait_until
from deploy.devstack.stack import Stack
from deploy.devstack.supervisor import ChildFailedError

DOWN_SECONDS = 60


async def stay_up(layout: Layout) -> int:
    """Everything up, the ready line, then until Ctrl-C or SIGTERM; drains before it returns."""
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    with _only_one(layout.run / "devstack.lock"):
        started = time.monotonic()
        say("starting the market")
        stack = Stack(layout, say, broker_runs_already=layout.broker == "kafka" and kafka_is_up(layout))
        if await _unless_stopped(stack.up(), stopped):
            say(_ready_line(stack, time.monotonic() - started))
            await stopped.wait()
            say("draining")
            await stack.down()
        say("down")
    return 0


async def _unless_stopped(coming_up: Coroutine[None, None, None], stopped: asyncio.Event) -> bool:
    """False when Ctrl-C came first; what had started was stopped again."""
    up = asyncio.create_task(coming_up)
    stop = asyncio.create_task(stopped.wait())
    await asyncio.wait({up, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if up.done():
        up.result()
        return True
    up.cancel()
    await asyncio.gather(up, return_exceptions=True)
    return False


def say(line: str) -> None:
    print(line, flush=True)


def _ready_line(stack: Stack, seconds: float) -> str:
    layout = stack.layout
    lines = [f"\nready in {seconds:.1f} s with {memory_bytes() // 1_000_000} MB on broker {stack.broker.name}"]
    lines += [f"  {name:<12} {layout.url(name)}/docs" for name in SERVICES]
    lines += [f"  {name:<12} {layout.url(name)}" for name in ("issuer", "payment")]
    lines += [
        f"  {'postgres':<12} 127.0.0.1:{layout.port('postgres')}, one database and role per service",
        f"  {'broker':<12} {stack.broker.bootstrap_servers}",
        f"  {'logs':<12} {layout.logs}",
        "A token: make token role=merchant sub=shop-1    Ctrl-C drains and stops.",
    ]
    return "\n".join(lines)


def memory_bytes() -> int:
    """Of this process and all below it, shared pages counted once (PSS) where the kernel tells."""
    total = 0
    me = psutil.Process()
    for process in (me, *me.children(recursive=True)):
        try:
            total += getattr(process.memory_full_info(), "pss", 0) or process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
        except psutil.AccessDenied:
            total += process.memory_info().rss
    return total


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """The kernel drops the lock with its process, so a number left in the file never blocks the next start."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ChildFailedError("This checkout's devstack is running already; `make down` ends it.") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _holder(path: Path) -> int | None:
    """The process that holds the lock, or None when nobody does."""
    if not path.exists():
        return None
    with path.open("r") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(lock.read() or 0) or None
    return None


def down(layout: Layout) -> int:
    pid = _holder(layout.run / "devstack.lock")
    if pid is None:
        say("nothing is running")
        return 0
    say("draining")
    os.kill(pid, signal.SIGTERM)
    if not wait_until(lambda: _holder(layout.run / "devstack.lock") is None, DOWN_SECONDS, 0.1):
        say(f"it did not drain within {DOWN_SECONDS} s and is killed")
        os.kill(pid, signal.SIGKILL)  # its children and servers end with it
    say("down")
    return 0


def clean(layout: Layout) -> int:
    """Forgets all data, logs and secrets of this checkout's devstack."""
    down(layout)
    homes = {home_for(layout.run / "postgres", ServerUser.needed())} if layout.run.exists() else set()
    for path in (*homes, *layout.run.glob("*")):
        if path.name == "test" and _is_leased(path):
            say(f"{path} stays: tests are running")
        elif path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    say("clean")
    return 0


def _is_leased(test: Path) -> bool:
    for lease in test.glob("*/lease"):
        with lease.open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
    return False


def status(layout: Layout) -> int:
    pid = _holder(layout.run / "devstack.lock")
    if pid is None:
        say("nothing is running")
        return 1
    below = psutil.Process(pid).children()
    say(f"supervisor {pid}, {len(below)} processes")
    for child in below:
        say(f"  {child.pid:>8} {child.memory_info().rss // 1_000_000:>5} MB  {' '.join(child.cmdline()[-4:])[:90]}")
    return 0


def kafka(layout: Layout) -> int:
    """Apache Kafka alone, in the foreground; `BROKER=kafka make up` uses it."""
    broker = KafkaBroker(layout.run / "kafka", layout.port("broker"), layout.port("controller"), layout.jars)
    stopped = [False]

    def stop(*_: object) -> None:
        stopped[0] = True

    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, stop)
    with _only_one(layout.run / "kafka.lock"):
        say("starting Apache Kafka (its jars are fetched the first time)")
        started = time.monotonic()
        broker.start()
        say(f"ready in {time.monotonic() - started:.1f} s at {broker.bootstrap_servers}; Ctrl-C stops it")
        wait_until(lambda: stopped[0] or broker.pid is None, float("inf"), 0.1)
        broker.stop()
    return 0 if stopped[0] else 1


def kafka_is_up(layout: Layout) -> bool:
    return _holder(layout.run / "kafka.lock") is not None


def is_up(layout: Layout) -> bool:
    """Whether this checkout's devstack runs, perhaps in another terminal."""
    return _holder(layout.run / "devstack.lock") is not None
