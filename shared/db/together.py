"""Lookups by key that are asked for at the same time are answered by one statement."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from shared.db.transaction import Database, Transaction

K = TypeVar("K")
V = TypeVar("V")


class _Waiting(Generic[K, V]):
    def __init__(self) -> None:
        self.asked: dict[K, list[asyncio.Future[V | None]]] = {}
        self.reading: asyncio.Task[None] | None = None


class Together(Generic[K, V]):
    """`read` finds the values of many keys at once; what it does not find is None.

    A lookup never waits for company: the first one is read at once, and those that come meanwhile are the next
    statement's. So each reads what is committed after it was asked for, and a busy process asks less often.
    """

    def __init__(self, read: Callable[[Transaction, Sequence[K]], Awaitable[Mapping[K, V]]]) -> None:
        self._read = read
        self._waiting: WeakKeyDictionary[Database, _Waiting[K, V]] = WeakKeyDictionary()

    async def find(self, db: Database, key: K) -> V | None:
        waiting = self._waiting.get(db)
        if waiting is None:
            waiting = self._waiting[db] = _Waiting()
        found: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        waiting.asked.setdefault(key, []).append(found)
        if waiting.reading is None:
            waiting.reading = asyncio.create_task(self._answer(db, waiting))
        return await found

    async def _answer(self, db: Database, waiting: _Waiting[K, V]) -> None:
        try:
            while waiting.asked:
                asked, waiting.asked = waiting.asked, {}
                # Who has gone meanwhile is told nothing, and an error is told to all who asked.
                try:
                    async with db.brief() as tx:
                        values = await self._read(tx, list(asked))
                except Exception as error:
                    for future in (each for futures in asked.values() for each in futures if not each.done()):
                        future.set_exception(error)
                    continue
                for key, futures in asked.items():
                    for future in (each for each in futures if not each.done()):
                        future.set_result(values.get(key))
        finally:
            waiting.reading = None
