"""Which partitions this process reads: each is leased by a session advisory lock, evenly among living consumers.

Leases only share the work. What is applied is fenced by the offset row, so that two readers of one partition would
waste effort and nothing else. A killed process frees its leases at once, a frozen one by `idle_session_timeout`.
"""

from collections.abc import Sequence

import asyncpg
from aiokafka import TopicPartition

from shared.messaging.session import open_session

LIVING = 0x464C
LEASED = 0x4650


class Shares:
    def __init__(self, session: asyncpg.Connection) -> None:
        self._session = session
        self._held: list[TopicPartition] = []

    @classmethod
    async def join(cls, url: str, seconds: int) -> "Shares":
        session = await open_session(url, seconds)
        await session.execute("SELECT pg_advisory_lock_shared($1, 0)", LIVING)
        return cls(session)

    async def settle(self, partitions: Sequence[TopicPartition]) -> frozenset[TopicPartition]:
        """Takes what is free and gives back what is more than a fair share; returns what is ours now."""
        living = await self._session.fetchval(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = $1 AND objid = 0 AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            LIVING,
        )
        fair = -(-len(partitions) // living)
        given, self._held = self._held[fair:], self._held[:fair]
        if given:
            await self._session.fetch(
                "SELECT pg_advisory_unlock($1, hashtext(name)) FROM unnest($2::text[]) AS name", LEASED, _names(given)
            )
        wanted = [tp for tp in partitions if tp not in self._held and tp not in given]
        if wanted and len(self._held) < fair:
            rows = await self._session.fetch(
                "SELECT n FROM unnest($2::text[]) WITH ORDINALITY AS w(name, n)"
                " WHERE pg_try_advisory_lock($1, hashtext(name)) LIMIT $3",
                LEASED, _names(wanted), fair - len(self._held),
            )  # fmt: skip
            self._held += [wanted[row["n"] - 1] for row in rows]
        return frozenset(self._held)

    def leave(self) -> None:
        self._session.terminate()


def _names(partitions: Sequence[TopicPartition]) -> list[str]:
    return [f"{tp.topic}-{tp.partition}" for tp in partitions]
