"""Notices when our own process is too slow to look: a timeout then says nothing about whom we looked at."""

import asyncio
import time
from collections import deque

STEP_SECONDS = 0.02
WORTH_NOTING_SECONDS = 0.01
REMEMBERED = 1_000


class Pulse:
    """Wakes many times a second and remembers how late it was."""

    def __init__(self) -> None:
        self._late: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)

    async def run(self) -> None:
        while True:
            expected = time.monotonic() + STEP_SECONDS
            await asyncio.sleep(STEP_SECONDS)
            now = time.monotonic()
            if now - expected > WORTH_NOTING_SECONDS:
                self._late.append((now, now - expected))

    def late_since(self, begun: float) -> float:
        """For how many seconds nothing moved since the monotonic instant `begun`."""
        total = 0.0
        for at, late in reversed(self._late):
            if at < begun:
                break
            total += min(late, at - begun)
        return total
