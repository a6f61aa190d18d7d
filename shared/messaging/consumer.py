"""Reads the topics a service reacts to, and keeps reading when the database, the broker or the client lets it down."""

import asyncio
import random
from collections.abc import Iterable, Sequence

import asyncpg
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from shared.db.transaction import Database
from shared.errors import Transient
from shared.messaging import store
from shared.messaging.apply import Applier, OtherIncarnationError
from shared.messaging.failure import is_transient
from shared.messaging.log import open_log
from shared.messaging.position import Hole, Seen, StartOver, Stored, decide
from shared.settings import ServiceSettings

log = structlog.get_logger()
STUCK_AFTER_SECONDS = 30.0
LONGEST_BACKOFF_SECONDS = 10.0


class StuckError(Transient):
    """There is something to read and nothing is read: only a new client helps."""


class Consumer(ConsumerRebalanceListener):  # type: ignore[misc]
    """One life of one Kafka client. `run` ends by an error or by being cancelled; its supervisor builds a new one."""

    def __init__(self, db: Database, applier: Applier, topics: Sequence[str], settings: ServiceSettings) -> None:
        self._db = db
        self._applier = applier
        self._topics = list(topics)
        self._settings = settings
        self._group = f"{settings.topic_prefix}{db.service}"
        self._working = asyncio.Lock()
        self._unpositioned: set[TopicPartition] = set()
        self._holes: set[TopicPartition] = set()
        self._failures = 0
        self._moved_at: dict[TopicPartition, tuple[int, float]] = {}
        self._done: dict[TopicPartition, int] = {}
        self.beaten_at = 0.0
        self._client = AIOKafkaConsumer(
            bootstrap_servers=settings.kafka_bootstrap_servers,
            group_id=self._group,
            auto_offset_reset="none",
            enable_auto_commit=False,
            fetch_max_wait_ms=20,
            max_poll_interval_ms=300_000,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=1_000,
            rebalance_timeout_ms=60_000,
            metadata_max_age_ms=30_000,
        )

    async def run(self) -> None:
        async with open_log(self._settings) as look:
            await look.ensure_topics(self._topics)
        self._client.subscribe(self._topics, listener=self)
        try:
            await asyncio.wait_for(self._client.start(), 30)
            await self._read()
        finally:
            await self._close()

    async def _close(self) -> None:
        try:
            await asyncio.wait_for(self._client.stop(), 10)
        except (TimeoutError, KafkaError, OSError):
            log.warning("consumer.close_failed", group=self._group)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """The running batch finishes first: `rebalance_timeout_ms` bounds how long the group waits for it."""
        async with self._working:
            self._unpositioned.difference_update(revoked)
            self._holes.difference_update(revoked)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Nothing is read before it is positioned; not here, because the client swallows what a listener raises."""
        for tp in assigned:
            self._client.seek(tp, 0)
            self._client.pause(tp)
            self._unpositioned.add(tp)
        self._moved_at.clear()

    async def _read(self) -> None:
        next_watch = next_hint = 0.0
        while True:
            now = self.beaten_at = asyncio.get_running_loop().time()
            if self._unpositioned:
                await self._position(set(self._unpositioned))
            batches = await self._client.getmany(timeout_ms=200, max_records=self._settings.consumer_batch)
            if batches:
                await self._apply(batches)
            if now >= next_hint:
                await self._hint()
                next_hint = now + 1
            if now >= next_watch:
                await self._watch()
                next_watch = now + 10

    async def _position(self, partitions: set[TopicPartition]) -> None:
        """Seeks each partition to where the database says; pauses stay until that has worked."""
        try:
            async with self._working, open_log(self._settings) as look:
                seen = await look.look(sorted(partitions))
                async with self._db.transaction() as tx:
                    stored = await store.stored_positions(tx.driver, sorted(partitions))
                    for tp in partitions:
                        await self._settle_position(tx.driver, tp, stored.get(tp), seen[tp])
        except Exception as error:
            if not is_transient(error):
                raise
            await self._pause_and_wait(error)
            return
        self._failures = 0

    async def _settle_position(
        self, driver: asyncpg.Connection, tp: TopicPartition, stored: Stored | None, seen: Seen
    ) -> None:
        position = decide(stored, seen)
        self._unpositioned.discard(tp)
        if isinstance(position, Hole):
            self._holes.add(tp)
            problem = f"offsets {position.offset} to {position.begin} are gone from the broker: republish or resync"
            log.error("consumer.hole", topic=tp.topic, partition=tp.partition, problem=problem)
            await store.set_position(driver, tp, stored or Stored(0, "", ""), problem=problem)
            return
        rewind = isinstance(position, StartOver)
        if isinstance(position, StartOver):
            log.warning("consumer.start_over", topic=tp.topic, partition=tp.partition, why=position.why)
            self._applier.tolerated.pop(tp, None)
        identity = seen.first_identity or ("" if rewind or stored is None else stored.incarnation)
        at = Stored(position.offset, seen.cluster_id, identity)
        await store.set_position(driver, tp, at, rewind=rewind)
        if tp in self._client.assignment():
            self._client.seek(tp, position.offset)
            self._client.resume(tp)

    async def _apply(self, batches: dict[TopicPartition, list[ConsumerRecord]]) -> None:
        done: dict[TopicPartition, int] = {}
        try:
            for tp, records in batches.items():
                async with self._working:
                    if tp not in self._client.assignment():
                        continue
                    await self._applier.apply(tp, records)
                    done[tp] = records[-1].offset + 1
        except OtherIncarnationError as error:
            # Look at the log again; if it still is the known one, a late writer only believed otherwise.
            self._applier.tolerated.setdefault(error.tp, set()).add(error.incarnation)
            self._again(batches, done)
        except Exception as error:
            if not is_transient(error):
                raise
            self._again(batches, done)
            await self._pause_and_wait(error)
        else:
            self._failures = 0
        self._done.update(done)

    def _again(self, batches: dict[TopicPartition, list[ConsumerRecord]], done: dict[TopicPartition, int]) -> None:
        """What was handed out but not applied is read again, from the position that the database holds."""
        for tp in batches.keys() - done.keys():
            if tp in self._client.assignment():
                self._client.pause(tp)
                self._unpositioned.add(tp)

    async def _pause_and_wait(self, error: BaseException) -> None:
        """A part is away: stay in the group by polling, read nothing, try again after a growing pause."""
        self._failures += 1
        wait = random.uniform(0.1, min(LONGEST_BACKOFF_SECONDS, 0.2 * 2**self._failures))
        log.warning("consumer.waiting", group=self._group, seconds=round(wait, 1), error=repr(error)[:300])
        for tp in self._client.assignment():
            self._client.pause(tp)
            self._unpositioned.add(tp)
        until = asyncio.get_running_loop().time() + wait
        while asyncio.get_running_loop().time() < until:
            await self._client.getmany(timeout_ms=100)
            self.beaten_at = asyncio.get_running_loop().time()

    async def _hint(self) -> None:
        """Kafka's own offsets are only a hint for lag tools; the truth is in the database."""
        owned = {tp: offset for tp, offset in self._done.items() if tp in self._client.assignment()}
        self._done.clear()
        if not owned:
            return
        try:
            await asyncio.wait_for(self._client.commit(owned), 5)
        except (CommitFailedError, IllegalStateError, KafkaError, TimeoutError):
            return

    async def _watch(self) -> None:
        """aiokafka can live on without fetching: lag that does not shrink asks for a new client."""
        owned = [tp for tp in self._client.assignment() if tp not in self._unpositioned | self._holes]
        if not owned:
            return
        try:
            ends = await asyncio.wait_for(self._client.end_offsets(owned), 5)
        except (KafkaError, TimeoutError, OSError):
            return
        now = asyncio.get_running_loop().time()
        for tp in owned:
            at = await self._client.position(tp)
            before, since = self._moved_at.get(tp, (-1, now))
            if at != before or at >= ends[tp]:
                self._moved_at[tp] = (at, now)
            elif now - since > STUCK_AFTER_SECONDS:
                raise StuckError(f"{tp.topic}-{tp.partition} stays at {at} of {ends[tp]}")
