"""One request, one message, one tick = one transaction. Only the edge commits; a use case never does."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from time import monotonic
from typing import Any, cast

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from shared.clock import Clock, utc_now
from shared.context import Context, current_context
from shared.contracts.event import Event
from shared.db import flush
from shared.db.engine import make_engine
from shared.errors import Transient

# As long as the server lets an open transaction stand idle (see shared/db/engine.py).
BRIEF_SECONDS = 15.0


class Transaction:
    """An open transaction.

    `session` is the ORM's view of it; `driver` is the asyncpg connection below, for hot paths that use few statements.
    Facts, audit records and the answer kept for an Idempotency-Key are collected and written by one statement just
    before the commit, so their row locks are held as briefly as can be and same-key facts keep the order of commit.
    """

    def __init__(
        self,
        service: str,
        connection: AsyncConnection | None,
        driver: asyncpg.Connection,
        now: datetime,
        context: Context,
    ) -> None:
        self.service = service
        self.driver = driver
        self.now = now
        self.context = context
        self.pending = flush.Pending()
        self._connection = connection
        self._session: AsyncSession | None = None

    @property
    def session(self) -> AsyncSession:
        if self._session is None:
            if self._connection is None:
                raise RuntimeError("a brief transaction has no session: its one statement is written by `finish`")
            self._session = AsyncSession(self._connection, expire_on_commit=False, autoflush=True)
        return self._session

    def emit(self, *events: Event) -> None:
        """Facts that this transaction makes true. Only the owner of a fact may say it."""
        for event in events:
            if event.wire.owner not in (self.service, "audit"):
                raise ValueError(f"{self.service} may not emit {event.wire.name}, which {event.wire.owner} owns")
            self.pending.facts.append((event, self.context))

    def record(
        self,
        action: str,
        target: str,
        *,
        old: Mapping[str, Any] | None = None,
        new: Mapping[str, Any] | None = None,
        reason: str = "",
    ) -> None:
        """One line of the audit trail: who did what to which target, with the values before and after."""
        before, after = (json.dumps(values, default=str) if values else "{}" for values in (old, new))
        self.pending.records.append((flush.AuditRecord(action, target, before, after, reason), self.context))

    def finish_with(self, name: str, sql: str, *arguments: Any) -> None:
        """Lets a hot path's own INSERT or UPDATE ride in the one statement that `finish` writes.

        `sql` has one `%s` for each argument, with its type cast; `name` is its name in the `WITH` list.
        """
        self.pending.parts.append(flush.Part(name, sql, arguments))

    async def finish(self) -> None:
        """Writes what was collected. Called by the edge, immediately before the commit."""
        if self._session is not None:
            await self._session.flush()
        await flush.write(self)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


class Database:
    """The service's own database."""

    def __init__(self, service: str, url: str, *, pool_size: int = 8, clock: Clock = utc_now) -> None:
        self.service = service
        self.clock = clock
        self.url = url
        self.engine: AsyncEngine = make_engine(url, pool_size)

    @asynccontextmanager
    async def transaction(self, context: Context | None = None) -> AsyncIterator[Transaction]:
        """Commits when the block ends, rolls back when it raises.

        The engine hands out connections in autocommit mode and the boundaries are set here, because the ORM and the
        plain driver must share one transaction.
        """
        async with self.engine.connect() as connection:
            raw = await connection.get_raw_connection()
            driver = cast("asyncpg.Connection", raw.driver_connection)
            tx = Transaction(self.service, connection, driver, self.clock(), context or current_context())
            try:
                await driver.execute("BEGIN")
                yield tx
                await tx.finish()
                await driver.execute("COMMIT")
            except BaseException:
                await _roll_back(driver)
                raise
            finally:
                await tx.close()

    @asynccontextmanager
    async def brief(self, context: Context | None = None) -> AsyncIterator[Transaction]:
        """For hot paths: a transaction whose only write is the one statement of `finish`, atomic by itself.

        It needs neither BEGIN nor COMMIT, which is half of the round trips. What is read before sees what is committed
        at that moment, as it would in any transaction here; no lock is held and there is no session.
        """
        pooled = await self.engine.raw_connection()
        try:
            driver = cast("asyncpg.Connection", pooled.driver_connection)
            tx = Transaction(self.service, None, driver, self.clock(), context or current_context())
            started = monotonic()
            yield tx
            if monotonic() - started > BRIEF_SECONDS:
                raise Transient("the process stood still; what it read before may no longer hold")
            await tx.finish()
        finally:
            # Nothing was begun through the pool's own wrapping, so giving back asks nothing of the server.
            pooled.close()

    async def close(self) -> None:
        await self.engine.dispose()


async def _roll_back(driver: asyncpg.Connection) -> None:
    """Nobody may get a connection from the pool in which work of ours is still open, to be committed with his own."""
    try:
        if not driver.is_closed():
            await driver.execute("ROLLBACK")
    except BaseException:
        driver.terminate()
        raise
