"""Keeps a part running: rebuilds it when it fails or stops moving, and gives up loudly when that does not help."""

import asyncio
import os
import random
from collections import deque
from collections.abc import Callable
from typing import Protocol

import structlog

from shared.messaging.failure import is_transient
from shared.messaging.metrics import REBUILDS

log = structlog.get_logger()
STILL_AFTER_SECONDS = 60.0
GIVE_UP_AFTER = 5
WITHIN_SECONDS = 300.0
LONGEST_PAUSE_SECONDS = 5.0
WATCH_SECONDS = 5.0
EXIT_CODE = 70


class Part(Protocol):
    """Something that runs until it fails. `beaten_at` is the loop time at which it last moved; 0 before it began."""

    beaten_at: float

    async def run(self) -> None: ...


def give_up() -> None:
    """Ends the process at once: its supervisor starts a fresh one, which is all that can still help."""
    os._exit(EXIT_CODE)


async def supervise(
    name: str, service: str, build: Callable[[], Part], *, on_give_up: Callable[[], None] = give_up
) -> None:
    failures: deque[float] = deque()
    attempt = 0
    while True:
        loop = asyncio.get_running_loop()
        started = loop.time()
        part = build()
        error = await _run_watched(part)
        attempt = 0 if loop.time() - started > WITHIN_SECONDS / 10 else attempt + 1
        REBUILDS.labels(service, name).inc()
        log.warning("part.rebuild", part=name, service=service, error=repr(error)[:500])
        if error is not None and not is_transient(error):
            failures.append(loop.time())
            while failures and failures[0] < loop.time() - WITHIN_SECONDS:
                failures.popleft()
            if len(failures) >= GIVE_UP_AFTER:
                log.critical("part.given_up", part=name, service=service, error=repr(error)[:500])
                on_give_up()
        await asyncio.sleep(random.uniform(0.05, min(LONGEST_PAUSE_SECONDS, 0.1 * 2 ** min(attempt, 10))))


class StillError(Exception):
    """The part lived and did not move."""


async def _run_watched(part: Part) -> BaseException | None:
    """Runs the part to its end; one that has not moved for long is cancelled. Cancelling this cancels the part."""
    task = asyncio.ensure_future(part.run())
    try:
        while True:
            done, _ = await asyncio.wait({task}, timeout=WATCH_SECONDS)
            if done:
                return asyncio.CancelledError() if task.cancelled() else task.exception()
            still = asyncio.get_running_loop().time() - part.beaten_at
            if part.beaten_at and still > STILL_AFTER_SECONDS:
                task.cancel()
                await asyncio.wait({task}, timeout=15)
                return StillError(f"did not move for {still:.0f} s")
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=20)
            if task.done() and not task.cancelled():
                task.exception()  # it was to end; how it took that is of no interest
