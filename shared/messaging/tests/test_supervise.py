"""Law 5: a part that fails or stands still is built again; when that does not help, the process ends."""

import asyncio
import sys

import pytest

from shared.errors import Transient
from shared.messaging import supervise as supervision
from shared.messaging.supervise import supervise


class Part:
    def __init__(self, error=None, *, moves=True):
        self.error, self.moves, self.was_cancelled = error, moves, False
        self.beaten_at = asyncio.get_running_loop().time()

    async def run(self):
        if self.error is not None:
            raise self.error
        try:
            while True:
                await asyncio.sleep(0.01)
                if self.moves:
                    self.beaten_at = asyncio.get_running_loop().time()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise


class Given:
    """Builds the given parts one after the other, the last one for ever; stops when the process would end."""

    def __init__(self, *parts):
        self.parts, self.built, self.gave_up = parts, 0, 0

    def build(self):
        part = self.parts[min(self.built, len(self.parts) - 1)]
        self.built += 1
        return part

    def give_up(self):
        self.gave_up += 1

    async def run(self, seconds):
        try:
            async with asyncio.timeout(seconds):
                await supervise("part", "test", self.build, on_give_up=self.give_up)
        except TimeoutError:
            return


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.setattr(supervision, "LONGEST_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(supervision, "WATCH_SECONDS", 0.05)


async def test_a_part_that_fails_is_built_again():
    sound = Part()
    given = Given(Part(ConnectionError()), Part(ZeroDivisionError()), sound)
    await given.run(0.6)
    assert (given.built, given.gave_up) == (3, 0)
    assert sound.was_cancelled


async def test_five_unexpected_failures_within_five_minutes_end_the_process():
    given = Given(*[Part(ZeroDivisionError()) for _ in range(5)], Part())
    await given.run(1)
    assert (given.built, given.gave_up) == (6, 1)


async def test_failures_that_lie_far_apart_do_not_end_the_process(monkeypatch):
    monkeypatch.setattr(supervision, "WITHIN_SECONDS", 0.1)
    given = Given(*[Part(ZeroDivisionError()) for _ in range(6)], Part())
    await given.run(1)
    assert given.gave_up == 0


async def test_a_part_that_is_away_is_waited_for_without_end():
    given = Given(*[Part(Transient()) for _ in range(7)], Part())
    await given.run(1.5)
    assert (given.built, given.gave_up) == (8, 0)


async def test_a_part_that_does_not_move_is_cancelled_and_built_again(monkeypatch):
    monkeypatch.setattr(supervision, "STILL_AFTER_SECONDS", 0.1)
    stuck, sound = Part(moves=False), Part()
    given = Given(stuck, sound)
    await given.run(0.8)
    assert stuck.was_cancelled
    assert (given.built, given.gave_up) == (2, 0)


async def test_giving_up_ends_the_process_with_its_own_code():
    code = "from shared.messaging.supervise import give_up; give_up()"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await process.wait() == supervision.EXIT_CODE
