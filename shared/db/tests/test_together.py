"""Lookups that wait for each other share a statement, and each gets its own answer."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.db.engine import new_metadata
from shared.db.together import Together
from shared.db.transaction import Transaction


@pytest.fixture
async def db(plain_db):
    return await plain_db("catalog", new_metadata())


class Squares:
    """Finds squares by the database, and takes down what it was asked at once."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.begun = asyncio.Event()

    async def read(self, tx: Transaction, keys: Sequence[int]) -> dict[int, int]:
        self.asked.append(list(keys))
        self.begun.set()
        if 0 in keys:
            raise ValueError("zero")
        rows = await tx.driver.fetch("SELECT n, n * n AS square FROM unnest($1::int[]) n WHERE n < 100", list(keys))
        return {row["n"]: row["square"] for row in rows}


async def test_the_first_is_read_at_once_and_those_that_come_meanwhile_together(db):
    squares = Squares()
    together = Together(squares.read)
    found = await asyncio.gather(*(together.find(db, key) for key in (3, 4, 5, 3, 100)))
    assert found == [9, 16, 25, 9, None]
    assert squares.asked == [[3, 4, 5, 100]]
    squares.begun.clear()
    first = asyncio.create_task(together.find(db, 6))
    await squares.begun.wait()
    assert [*await asyncio.gather(first, together.find(db, 7), together.find(db, 8))] == [36, 49, 64]
    assert squares.asked[1:] == [[6], [7, 8]]


async def test_an_error_is_told_to_all_and_the_next_lookup_works(db):
    together = Together(Squares().read)
    found = await asyncio.gather(together.find(db, 0), together.find(db, 1), return_exceptions=True)
    assert [type(each) for each in found] == [ValueError, ValueError]
    assert await together.find(db, 2) == 4


async def test_who_goes_away_does_not_disturb_the_others(db):
    together = Together(Squares().read)
    gone, stays = asyncio.create_task(together.find(db, 2)), asyncio.create_task(together.find(db, 2))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await gone
