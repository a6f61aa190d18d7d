"""Parked keys: what waits behind a record that could not be applied, and how it flows again, oldest first.

Consumer and drain lock the same `parked_key` row, and the row goes away in the transaction that applies the last
parked record, so a new record of the key can never overtake a parked one.
"""

from datetime import timedelta
from typing import Any

import asyncpg

from shared.context import Context
from shared.db.transaction import Database, Transaction
from shared.errors import NotFound
from shared.messaging import store
from shared.messaging.apply import Applier
from shared.messaging.failure import is_transient
from shared.messaging.outcome import DeadLetter, NotYet, Reason

LONGEST_WAIT = timedelta(minutes=5)


class Parking:
    def __init__(self, db: Database, applier: Applier, attempts: int) -> None:
        self._db = db
        self._applier = applier
        self._attempts = attempts

    async def drain_due(self) -> int:
        """Retries every key whose waiting time is over; returns how many records were applied."""
        return await self._drain("state = 'waiting' AND due_at <= now()")

    async def replay(self) -> int:
        """Tries every parked key again, the dead ones too, and letters that stopped no key."""
        return await self._drain("true") + await self._replay_letters()

    async def _drain(self, condition: str) -> int:
        async with self._db.transaction() as tx:
            keys = await tx.driver.fetch(f"SELECT topic, key FROM parked_key WHERE {condition} ORDER BY parked_at")
        applied = 0
        for row in keys:
            while await self._apply_head(row["topic"], row["key"]):
                applied += 1
        return applied

    async def _apply_head(self, topic: str, key: bytes) -> bool:
        """Applies the oldest record of a parked key; false when the key is free or stopped again."""
        try:
            async with self._db.transaction() as tx:
                head = await self._locked_head(tx, topic, key)
                if head is None:
                    return False
                poison = await self._applier.apply_parked(tx, store.record_of(head))
                if poison is not None:
                    await self._stop_again(tx, head, poison.letter)
                    return False
                await _remove(tx.driver, head)
                await _free_if_empty(tx.driver, topic, key)
                return True
        except Exception as error:
            if is_transient(error):
                raise
            await self._after_failure(topic, key, error)
            return False

    async def _locked_head(self, tx: Transaction, topic: str, key: bytes) -> asyncpg.Record | None:
        if not await store.lock_parked(tx.driver, topic, [key]):
            return None
        head = await _head(tx.driver, topic, key)
        if head is None:
            await _free_if_empty(tx.driver, topic, key)
        return head

    async def _after_failure(self, topic: str, key: bytes, error: Exception) -> None:
        async with self._db.transaction() as tx:
            head = await self._locked_head(tx, topic, key)
            if head is None:
                return
            attempts = await tx.driver.fetchval(
                "UPDATE parked_key SET attempts = attempts + 1 WHERE topic = $1 AND key = $2 RETURNING attempts",
                topic,
                key,
            )
            if isinstance(error, NotYet) and attempts < self._attempts:
                wait = min(error.after * 2 ** min(attempts, 12), LONGEST_WAIT)
                await store.park_key(tx.driver, topic, key, state="waiting", due_at=tx.now + wait, now=tx.now)
                return
            reason = Reason.RETRIES_EXHAUSTED if isinstance(error, NotYet) else Reason.HANDLER_FAILED
            await self._stop_again(tx, head, DeadLetter(reason, f"{type(error).__name__}: {error}"))

    async def _stop_again(self, tx: Transaction, head: asyncpg.Record, letter: DeadLetter) -> None:
        """The head is dead (or still is): it stays in front of what is parked behind it."""
        if not head["is_letter"]:
            await store.bury(tx.driver, store.record_of(head), letter, tx.now)
            await tx.driver.execute("DELETE FROM parked_record WHERE id = $1", head["id"])
        await store.park_key(tx.driver, head["topic"], head["key"], state="dead", due_at=None, now=tx.now)

    async def _replay_letters(self) -> int:
        """Letters of full-state facts stopped no key; a newer state may have come, so applying them is harmless."""
        async with self._db.transaction() as tx:
            letters = await tx.driver.fetch(
                "SELECT id FROM dead_letter d WHERE resolved_at IS NULL AND NOT EXISTS"
                " (SELECT 1 FROM parked_key p WHERE p.topic = d.topic AND p.key = d.key) ORDER BY id"
            )
        applied = 0
        for letter in letters:
            applied += await self._replay_letter(letter["id"])
        return applied

    async def _replay_letter(self, letter_id: int) -> int:
        try:
            async with self._db.transaction() as tx:
                row = await tx.driver.fetchrow(
                    "SELECT *, true AS is_letter FROM dead_letter WHERE id = $1 AND resolved_at IS NULL FOR UPDATE",
                    letter_id,
                )
                if row is None or await self._applier.apply_parked(tx, store.record_of(row)) is not None:
                    return 0
                await _remove(tx.driver, row)
                return 1
        except Exception as error:
            if is_transient(error):
                raise
            return 0

    async def discard(self, letter_id: int, reason: str, by: Context) -> None:
        """Gives up a dead letter that can never be applied; what waits behind it flows again. Audited."""
        async with self._db.transaction(by) as tx:
            row = await tx.driver.fetchrow("SELECT * FROM dead_letter WHERE id = $1 AND resolved_at IS NULL", letter_id)
            if row is None:
                raise NotFound(f"there is no open dead letter {letter_id}")
            await store.lock_parked(tx.driver, row["topic"], [row["key"]])
            await tx.driver.execute(
                "UPDATE dead_letter SET resolved_at = now(), resolution = $2 WHERE id = $1", letter_id, reason
            )
            tx.record("discard_dead_letter", f"dead_letter:{letter_id}", old=_told(row), reason=reason)
            await _free_if_empty(tx.driver, row["topic"], row["key"])
            await tx.driver.execute(
                "UPDATE parked_key SET state = 'waiting', due_at = now() WHERE topic = $1 AND key = $2",
                row["topic"],
                row["key"],
            )


async def _head(driver: asyncpg.Connection, topic: str, key: bytes) -> asyncpg.Record | None:
    """The open dead letter that stopped the key, or else the oldest parked record."""
    letter = await driver.fetchrow(
        "SELECT *, true AS is_letter FROM dead_letter WHERE topic = $1 AND key = $2 AND resolved_at IS NULL"
        " ORDER BY id LIMIT 1",
        topic,
        key,
    )
    return letter or await driver.fetchrow(
        "SELECT *, false AS is_letter FROM parked_record WHERE topic = $1 AND key = $2 ORDER BY id LIMIT 1", topic, key
    )


async def _remove(driver: asyncpg.Connection, head: asyncpg.Record) -> None:
    if head["is_letter"]:
        await driver.execute(
            "UPDATE dead_letter SET resolved_at = now(), resolution = 'replayed' WHERE id = $1", head["id"]
        )
    else:
        await driver.execute("DELETE FROM parked_record WHERE id = $1", head["id"])


async def _free_if_empty(driver: asyncpg.Connection, topic: str, key: bytes) -> None:
    if await _head(driver, topic, key) is None:
        await driver.execute("DELETE FROM parked_key WHERE topic = $1 AND key = $2", topic, key)


def _told(row: asyncpg.Record) -> dict[str, Any]:
    return {name: row[name] for name in ("topic", "partition", "offset", "reason", "error")}
