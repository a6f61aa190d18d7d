"""Parked keys: what waits behind a record that could not be applied, and how it flows again, oldest first.

Consumer and drain lock the same `parked_key` row, and the row goes away in the transaction that applies the last
parked record, so a new record of the key can never overtake a parked one.
"""

from datetime import timedelta

import asyncpg

from shared.context import Context
from shared.db.transaction import Database, Transaction
from shared.errors import NotFound
from shared.messaging import store
from shared.messaging.apply import Applier
from shared.messaging.failure import is_transient
from shared.messaging.outcome import NotYet
from shared.messaging.record import Poison

LONGEST_WAIT = timedelta(minutes=5)


class Parking:
    def __init__(self, db: Database, applier: Applier, attempts: int) -> None:
        self._db = db
        self._applier = applier
        self._attempts = attempts

    async def drain_due(self) -> int:
        """Retries every key whose waiting time is over; returns how many records went through."""
        return await self._drain("state = 'waiting' AND due_at <= $1")

    async def replay(self) -> int:
        """Tries every parked key again, the dead ones too, and letters that stopped no key."""
        return await self._drain("$1::timestamptz IS NOT NULL") + await self._replay_letters()

    async def _drain(self, condition: str) -> int:
        async with self._db.transaction() as tx:
            keys = await tx.driver.fetch(
                f"SELECT topic, key FROM parked_key WHERE {condition} ORDER BY parked_at", tx.now
            )
        applied = 0
        for row in keys:
            while await self._apply_head(row["topic"], row["key"]):
                applied += 1
        return applied

    async def _apply_head(self, topic: str, key: bytes) -> bool:
        """Takes the oldest record of a parked key off it; false when the key is free or stopped."""
        try:
            async with self._db.transaction() as tx:
                head = await _locked_head(tx, topic, key)
                if head is None:
                    return False
                poison = await self._applier.apply_parked(tx, store.record_of(head))
                if poison is not None:
                    return await _bury_head(tx, head, poison)
                await _remove(tx, head)
                await _go_on(tx, topic, key)
                return True
        except Exception as error:
            if is_transient(error):
                raise
            return await self._after_failure(topic, key, error)

    async def _after_failure(self, topic: str, key: bytes, error: Exception) -> bool:
        async with self._db.transaction() as tx:
            head = await _locked_head(tx, topic, key)
            if head is None:
                return False
            attempts = await tx.driver.fetchval(
                "UPDATE parked_key SET attempts = attempts + 1 WHERE topic = $1 AND key = $2 RETURNING attempts",
                topic,
                key,
            )
            if isinstance(error, NotYet) and attempts < self._attempts:
                wait = min(error.after * 2 ** min(attempts, 12), LONGEST_WAIT)
                await store.park_key(tx.driver, topic, key, state="waiting", due_at=tx.now + wait, now=tx.now)
                return False
            return await _bury_head(tx, head, self._applier.poison_of(store.record_of(head), error))

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
                await _remove(tx, row)
                return 1
        except Exception as error:
            if is_transient(error):
                raise
            return 0

    async def discard(self, letter_id: int, reason: str, by: Context) -> None:
        """Gives up a dead letter that can never be applied; what waits behind it flows again. Audited."""
        async with self._db.transaction(by) as tx:
            row = await tx.driver.fetchrow("SELECT * FROM dead_letter WHERE id = $1", letter_id)
            head = await _locked_head(tx, row["topic"], row["key"]) if row else None
            if not await tx.driver.fetchval(
                "UPDATE dead_letter SET resolved_at = $3, resolution = $2 WHERE id = $1 AND resolved_at IS NULL"
                " RETURNING true",
                letter_id, reason, tx.now,
            ):  # fmt: skip
                raise NotFound(f"there is no open dead letter {letter_id}")
            told = {name: row[name] for name in ("topic", "partition", "offset", "reason", "error")}
            tx.record("discard_dead_letter", f"dead_letter:{letter_id}", old=told, reason=reason)
            await self._applier.give_up(tx, store.record_of(row))
            if head is not None and head["is_letter"] and head["id"] == letter_id:
                await _go_on(tx, row["topic"], row["key"])


async def _locked_head(tx: Transaction, topic: str, key: bytes) -> asyncpg.Record | None:
    """Locks the parked key. Its head is the letter that stopped it (the last one of its key), or the oldest record."""
    state = await tx.driver.fetchval(
        "SELECT state FROM parked_key WHERE topic = $1 AND key = $2 FOR UPDATE", topic, key
    )
    if state is None:
        return None
    letter = state == "dead" and await tx.driver.fetchrow(
        "SELECT *, true AS is_letter FROM dead_letter WHERE topic = $1 AND key = $2 AND resolved_at IS NULL"
        " ORDER BY id DESC LIMIT 1",
        topic,
        key,
    )
    return letter or await tx.driver.fetchrow(
        "SELECT *, false AS is_letter FROM parked_record WHERE topic = $1 AND key = $2 ORDER BY id LIMIT 1", topic, key
    )


async def _bury_head(tx: Transaction, head: asyncpg.Record, poison: Poison) -> bool:
    """The head is dead (or still is) and stays in front of what is parked behind it, unless the next supersedes it."""
    if not head["is_letter"]:
        await store.bury(tx.driver, store.record_of(head), poison.letter, tx.now)
        await _remove(tx, head)
    if poison.parks or head["is_letter"]:
        await store.park_key(tx.driver, head["topic"], head["key"], state="dead", due_at=None, now=tx.now)
        return False
    await _go_on(tx, head["topic"], head["key"])
    return True


async def _remove(tx: Transaction, head: asyncpg.Record) -> None:
    if head["is_letter"]:
        await tx.driver.execute(
            "UPDATE dead_letter SET resolved_at = $2, resolution = 'replayed' WHERE id = $1", head["id"], tx.now
        )
    else:
        await tx.driver.execute("DELETE FROM parked_record WHERE id = $1", head["id"])


async def _go_on(tx: Transaction, topic: str, key: bytes) -> None:
    """The next record's turn, with retries of its own; the key is free when there is none."""
    await tx.driver.execute(
        "DELETE FROM parked_key k WHERE topic = $1 AND key = $2 AND NOT EXISTS"
        " (SELECT 1 FROM parked_record r WHERE r.topic = k.topic AND r.key = k.key)",
        topic,
        key,
    )
    await tx.driver.execute(
        "UPDATE parked_key SET state = 'waiting', due_at = $3, attempts = 0 WHERE topic = $1 AND key = $2",
        topic, key, tx.now,
    )  # fmt: skip
