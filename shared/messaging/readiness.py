"""A service is ready when its replicas have reached the ends that the broker's logs had when it started."""

import asyncio
from collections.abc import Sequence

import structlog
from aiokafka import TopicPartition

from shared.db.transaction import Database
from shared.messaging import store
from shared.messaging.failure import is_transient
from shared.messaging.log import open_log
from shared.settings import ServiceSettings

log = structlog.get_logger()


class Readiness:
    def __init__(self, db: Database, topics: Sequence[str], settings: ServiceSettings) -> None:
        self._db = db
        self._topics = list(topics)
        self._settings = settings
        self._goal: dict[TopicPartition, int] | None = None
        self._cluster_id = ""
        self._reached = False

    async def aim(self) -> None:
        """Notes the ends; keeps asking while the broker is away, and again if another broker took its place."""
        while self._topics and not self._reached:
            if self._goal is None:
                await self._look()
            await asyncio.sleep(0.3)

    async def _look(self) -> None:
        try:
            async with open_log(self._settings) as look:
                await look.ensure_topics(self._topics)
                partitions = await look.partitions(self._topics)
                self._cluster_id = await look.cluster_id()
                self._goal = await look.ends(partitions)
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("readiness.broker_away", error=repr(error)[:300])
            await asyncio.sleep(1)

    async def missing(self) -> list[str]:
        """What still stands between this process and being ready; empty when nothing does."""
        if not self._topics:
            return []
        async with self._db.transaction() as tx:
            holes = await tx.driver.fetch("SELECT topic, partition, problem FROM consumer_offset WHERE problem <> ''")
            lost = [f"{row['topic']}-{row['partition']}: {row['problem']}" for row in holes]
            if lost or self._reached:
                return lost
            if self._goal is None:
                return ["the broker has not been reached yet"]
            goal, stored = self._goal, await store.stored_positions(tx.driver, list(self._goal))
        if any(at.cluster_id != self._cluster_id for at in stored.values()):
            self._goal = None
        behind = [
            f"{tp.topic}-{tp.partition} is at {stored[tp].next_offset if tp in stored else 0} of {end}"
            for tp, end in goal.items()
            if end and (tp not in stored or stored[tp].next_offset < end or stored[tp].cluster_id != self._cluster_id)
        ]
        self._reached = not behind
        return behind
