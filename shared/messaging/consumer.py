"""Reads the partitions leased to it and applies them. Any failure ends it; its supervisor builds a fresh one.

There is no consumer group: where to read is in the database, and so is who reads what (see `shares.py`). So there is
no rebalance to survive, and a part that is away is waited for by being built again after a pause.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from shared.db.transaction import Database
from shared.errors import Transient
from shared.messaging import store
from shared.messaging.apply import Applier, OtherLogError
from shared.messaging.log import open_log
from shared.messaging.metrics import LAG
from shared.messaging.position import Continue, Hole, Seen, StartOver, Stored, decide
from shared.messaging.shares import Shares
from shared.settings import ServiceSettings

log = structlog.get_logger()
SHARE_SECONDS = 0.5
WATCH_SECONDS = 3.0
STUCK_AFTER_SECONDS = 30.0


class StuckError(Transient):
    """There is something to read and nothing is read: only a new client helps."""


class Consumer:
    """One life of one Kafka client. `run` ends by an error or by being cancelled."""

    def __init__(self, db: Database, applier: Applier, topics: Sequence[str], settings: ServiceSettings) -> None:
        self._db = db
        self._applier = applier
        self._topics = list(topics)
        self._settings = settings
        self._partitions: list[TopicPartition] = []
        self._owned: frozenset[TopicPartition] = frozenset()
        self._next: dict[TopicPartition, int] = {}
        self._seen: dict[TopicPartition, Seen] = {}
        self._moved_at: dict[TopicPartition, float] = {}
        self._hinted: dict[TopicPartition, int] = {}
        self._misplaced = False
        self._watching: asyncio.Task[None] | None = None
        self.beaten_at = 0.0

    async def run(self) -> None:
        async with open_log(self._settings) as look:
            self._log = look
            await look.ensure_topics(self._topics)
            self._partitions = await look.partitions(self._topics)
            shares = await Shares.join(self._db.url, self._settings.relay_lock_timeout_seconds)
            try:
                await self._run_client(shares)
            finally:
                shares.leave()

    async def _run_client(self, shares: Shares) -> None:
        self._client = AIOKafkaConsumer(
            bootstrap_servers=self._settings.kafka_bootstrap_servers,
            group_id=f"{self._settings.topic_prefix}{self._db.service}",  # never joined: its offsets are a hint
            auto_offset_reset="none",
            enable_auto_commit=False,
            fetch_max_wait_ms=20,
            metadata_max_age_ms=30_000,
        )
        try:
            await asyncio.wait_for(self._client.start(), 30)
            await self._read(shares)
        finally:
            await self._close()

    async def _close(self) -> None:
        await self._stop_watching()
        try:
            await asyncio.wait_for(self._client.stop(), 10)
        except (TimeoutError, KafkaError, OSError):
            log.warning("consumer.close_failed", service=self._db.service)

    async def _read(self, shares: Shares) -> None:
        next_share, next_watch = 0.0, self._now() + WATCH_SECONDS
        while True:
            now = self._now()
            if now >= next_share:
                await self._share(await shares.settle(self._partitions))
                next_share = now + SHARE_SECONDS
            if self._misplaced:
                await self._take_up()
            if now >= next_watch:
                self._begin_watch()
                next_watch = now + WATCH_SECONDS
            if not self._next:
                await asyncio.sleep(0.1)
                continue
            batches = await self._client.getmany(timeout_ms=200, max_records=self._settings.consumer_batch)
            for tp, records in batches.items():
                await self._apply(tp, records)
                self._now()

    def _now(self) -> float:
        self.beaten_at = asyncio.get_running_loop().time()
        return self.beaten_at

    async def _share(self, owned: frozenset[TopicPartition]) -> None:
        """Notes what is leased to us; looks whether somebody has let a hole be stepped over; hints at what is done."""
        holes = owned - self._next.keys()
        if owned != self._owned:
            self._owned, self._misplaced = owned, True
        elif holes and not self._misplaced:
            async with self._db.transaction() as tx:
                stored = await store.stored_positions(tx.driver, sorted(holes))
            self._misplaced = len(stored) < len(holes)
        elif self._next != self._hinted:
            await self._hint()

    async def _take_up(self) -> None:
        """Compares every owned partition's log with what the database knows of it, and reads on from there."""
        await self._stop_watching()
        self._misplaced = False
        owned = sorted(self._owned)
        self._seen = await self._log.look(owned)
        self._next = {}
        async with self._db.transaction() as tx:
            stored = await store.stored_positions(tx.driver, owned)
            for tp in owned:
                await self._settle_position(tx.driver, tp, stored.get(tp), self._seen[tp])
        if self._next:
            self._client.assign(list(self._next))
        for tp, offset in self._next.items():
            self._client.seek(tp, offset)
            self._moved_at[tp] = self._now()

    async def _settle_position(
        self, driver: asyncpg.Connection, tp: TopicPartition, stored: Stored | None, seen: Seen
    ) -> None:
        position = decide(stored, seen)
        if isinstance(position, Hole):
            problem = f"offsets {position.offset} to {position.begin} are gone from the broker: republish or resync"
            log.error("consumer.hole", topic=tp.topic, partition=tp.partition, problem=problem)
            await store.set_position(driver, tp, stored or Stored(0, "", ""), problem=problem)
            return
        rewind = isinstance(position, StartOver)
        if isinstance(position, StartOver):
            log.warning("consumer.start_over", topic=tp.topic, partition=tp.partition, why=position.why)
            self._applier.tolerated.pop(tp, None)
        identity = seen.first_identity or ("" if rewind or stored is None else stored.incarnation)
        await store.set_position(driver, tp, Stored(position.offset, seen.cluster_id, identity), rewind=rewind)
        self._next[tp] = position.offset
        self._applier.begun_by[tp] = seen.first_identity

    async def _apply(self, tp: TopicPartition, records: list[ConsumerRecord]) -> None:
        if self._misplaced:  # an earlier batch of this poll was; this one will be read again
            return
        try:
            await self._applier.apply(tp, records)
        except OtherLogError as error:
            # Look at the log again; if it still is the known one, what the record says does not count.
            self._applier.tolerated.setdefault(tp, set()).add(error.says)
            self._misplaced = True
            return
        self._next[tp] = records[-1].offset + 1
        self._moved_at[tp] = self._now()

    async def _hint(self) -> None:
        """Kafka's own offsets are only a hint for lag tools; the truth is in the database."""
        hint = dict(self._next)
        with suppress(KafkaError, TimeoutError):
            await asyncio.wait_for(self._client.commit(hint), 5)
            self._hinted = hint

    def _begin_watch(self) -> None:
        """Beside the reading, because a look at all partitions takes longer than a fact may."""
        if self._watching is not None:
            if not self._watching.done():
                return
            self._watching.result()
        self._watching = asyncio.create_task(self._watch_in_time(dict(self._next)))

    async def _stop_watching(self) -> None:
        """Whoever looks at the log next has it for himself."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None

    async def _watch_in_time(self, reading: dict[TopicPartition, int]) -> None:
        async with asyncio.timeout(STUCK_AFTER_SECONDS):
            await self._watch(reading)

    async def _watch(self, reading: dict[TopicPartition, int]) -> None:
        """Nothing tells a quiet reader that its log was replaced, so it looks. Standing lag asks for a new client."""
        self._partitions = await self._log.partitions(self._topics)
        seen = await self._log.look(list(reading))
        for tp, at in reading.items():
            known = Stored(at, self._seen[tp].cluster_id, self._seen[tp].first_identity)
            self._misplaced |= decide(known, seen[tp]) != Continue(at)
            if at >= seen[tp].end:
                self._moved_at[tp] = self._now()
            elif self._now() - self._moved_at[tp] > STUCK_AFTER_SECONDS:
                raise StuckError(f"{tp.topic}-{tp.partition} stays at {at} of {seen[tp].end}")
        self._seen |= seen
        for topic in self._topics:
            behind = sum(max(0, seen[tp].end - at) for tp, at in reading.items() if tp.topic == topic)
            LAG.labels(self._db.service, topic).set(behind)
