"""The stage of the contract suite: the catalog says facts, orders applies them and writes down in which order."""

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from sqlalchemy import BigInteger, Column, Identity, Integer, Table, Text

from shared.clock import utc_now
from shared.contracts import topic_of
from shared.contracts.catalog import ListingKind, ListingLifecycle, ListingSubmitted, ListingUpdated
from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.db.engine import new_metadata
from shared.db.replicas import keep, replica_table
from shared.db.transaction import Database, Transaction
from shared.ids import new_id
from shared.messaging import store
from shared.messaging.apply import Applier
from shared.messaging.consumer import Consumer
from shared.messaging.log import open_log
from shared.messaging.parking import Parking
from shared.messaging.position import Seen, Stored
from shared.messaging.reaction import Received, on
from shared.messaging.record import Decoder
from shared.messaging.relay import Relay
from shared.messaging.supervise import Part, supervise
from shared.settings import ServiceSettings

metadata = new_metadata()
applied = Table(
    "applied",
    metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("key", Text, nullable=False),
    Column("version", Integer, nullable=False),
)
replica = replica_table("listing_replica", metadata)


def submitted(listing: UUID, version: int) -> ListingSubmitted:
    """A fact of which each counts."""
    return ListingSubmitted(listing_id=listing, provider_id=listing, version=version, submitted_at=utc_now())


def updated(listing: UUID, version: int) -> ListingUpdated:
    """A full state: the next one supersedes it."""
    return ListingUpdated(
        listing_id=listing, provider_id=listing, kind=ListingKind.APPLICATION, category="c", name="n",
        callback_url="", plans=(), lifecycle=ListingLifecycle.LIVE, version=version, published_at=utc_now(),
    )  # fmt: skip


async def eventually(holds: Callable[[], Awaitable[Any]], within: float = 20.0) -> Any:
    """Waits until `holds` returns something true; fails with what it returned last."""
    deadline = time.monotonic() + within
    while not (last := await holds()):
        assert time.monotonic() < deadline, f"it did not come to be; last seen: {last!r}"
        await asyncio.sleep(0.02)
    return last


def _fail() -> None:
    raise AssertionError("a part was given up")


@asynccontextmanager
async def running(*builds: Callable[[], Part]) -> AsyncIterator[list["asyncio.Task[None]"]]:
    """The parts under their supervisors, as in a worker; cancelled at the end of the block."""
    tasks = [asyncio.create_task(supervise(f"part-{n}", "test", b, on_give_up=_fail)) for n, b in enumerate(builds)]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Stage:
    """`owner` is the catalog's database, `reader` the one of orders; `faults` names what a reaction must fail on."""

    def __init__(self, owner: Database, reader: Database, settings: ServiceSettings) -> None:
        self.owner = owner
        self.reader = reader
        self.settings = settings
        self.topic = topic_of("catalog", settings.topic_prefix)
        self.own_topic = topic_of("orders", settings.topic_prefix)
        self.faults: dict[tuple[UUID, int], BaseException] = {}
        self.received = 0
        reactions = {
            "listing.submitted": on(ListingSubmitted, self._note),
            "listing.updated": on(ListingUpdated, _keep),
        }
        self.decoder = Decoder("orders", reactions, timedelta(days=settings.inbox_days))

    async def _note(self, tx: Transaction, received: Sequence[Received[ListingSubmitted]]) -> None:
        for item in received:
            if fault := self.faults.get((item.event.listing_id, item.event.version)):
                raise fault
            await tx.driver.execute(
                "INSERT INTO applied (key, version) VALUES ($1, $2)", item.event.key, item.event.version
            )

    # --- the parts

    def relay(self, **changed: Any) -> Relay:
        return Relay("catalog", self.owner.url, self.settings.model_copy(update=changed))

    def applier(self, db: Database | None = None) -> Applier:
        return Applier(db or self.reader, self.decoder, self.own_topic)

    def consumer(self, db: Database | None = None) -> Consumer:
        return Consumer(db or self.reader, self.applier(db), [self.topic], self.settings)

    def parking(self, attempts: int = 3) -> Parking:
        return Parking(self.reader, self.applier(), attempts)

    # --- what is said and what came of it

    async def say(self, *events: Event) -> None:
        async with self.owner.transaction() as tx:
            tx.emit(*events)

    async def submit(self, listing: UUID, *versions: int) -> None:
        for version in versions:
            await self.say(submitted(listing, version))

    async def versions(self, listing: UUID) -> list[int]:
        """The versions of a listing in the order in which they were applied."""
        async with self.reader.transaction() as tx:
            rows = await tx.driver.fetch("SELECT version FROM applied WHERE key = $1 ORDER BY position", str(listing))
        return [row["version"] for row in rows]

    async def applies(self, listing: UUID, versions: Iterable[int], within: float = 20.0) -> None:
        """Waits until exactly these versions were applied, in this order."""
        wanted = list(versions)

        async def as_wanted() -> bool:
            seen = await self.versions(listing)
            assert seen == wanted[: len(seen)], f"applied {seen}, wanted {wanted}"
            return seen == wanted

        await eventually(as_wanted, within)

    async def rows(self, db: Database, sql: str, *arguments: Any) -> list[Any]:
        async with db.transaction() as tx:
            return list(await tx.driver.fetch(sql, *arguments))

    async def count(self, db: Database, table: str) -> int:
        return int((await self.rows(db, f"SELECT count(*) FROM {table}"))[0][0])

    async def sent(self, within: float = 20.0) -> None:
        """Waits until the broker has acknowledged everything that was said."""

        async def is_empty() -> bool:
            return await self.count(self.owner, "outbox") == 0

        await eventually(is_empty, within)

    # --- the consumer's inside, without a broker

    async def receive(self, *things: Event | ConsumerRecord) -> None:
        """Hands these over as one batch of partition 0, as the consumer would."""
        tp = TopicPartition(self.topic, 0)
        if not self.received:
            async with self.reader.transaction() as tx:
                await store.set_position(tx.driver, tp, Stored(0, "cluster", "first"))
        records = []
        for offset, thing in enumerate(things, self.received):
            record = record_of(thing, self.topic, sequence=offset + 1) if isinstance(thing, Event) else thing
            records.append(dataclasses.replace(record, topic=self.topic, offset=offset))
        self.received += len(things)
        await self.applier().apply(tp, records)

    async def letters(self) -> list[tuple[str, str]]:
        """The open dead letters: reason and key."""
        rows = await self.rows(self.reader, "SELECT * FROM dead_letter WHERE resolved_at IS NULL ORDER BY id")
        return [(row["reason"], row["key"].decode(errors="replace")) for row in rows]

    async def parked(self) -> dict[str, str]:
        """State by parked key."""
        rows = await self.rows(self.reader, "SELECT key, state FROM parked_key")
        return {row["key"].decode(errors="replace"): row["state"] for row in rows}

    # --- the wire

    async def put(self, *records: ConsumerRecord) -> None:
        """Writes records past the relay, as a broken or foreign producer would."""
        producer = AIOKafkaProducer(bootstrap_servers=self.settings.kafka_bootstrap_servers)
        await producer.start()
        for record in records:
            headers = list(record.headers)
            await producer.send_and_wait(record.topic, record.value, key=record.key, headers=headers, partition=0)
        await producer.stop()

    async def look(self) -> dict[TopicPartition, Seen]:
        async with open_log(self.settings) as log:
            return await log.look(await log.partitions([self.topic]))

    async def hints(self) -> list[tuple[int, int]]:
        """What Kafka's own group offsets say, as (partition, offset)."""
        client = AIOKafkaConsumer(
            bootstrap_servers=self.settings.kafka_bootstrap_servers, group_id=f"{self.settings.topic_prefix}orders"
        )
        await client.start()
        try:
            found = []
            for number in range(self.settings.topic_partitions):
                offset = await client.committed(TopicPartition(self.topic, number))
                found += [(number, offset)] if offset is not None else []
            return found
        finally:
            await client.stop()

    async def log(self) -> list[ConsumerRecord]:
        """Everything that the topic holds, markers too."""
        ends = {tp: seen.end for tp, seen in (await self.look()).items()}
        reader = AIOKafkaConsumer(
            bootstrap_servers=self.settings.kafka_bootstrap_servers, auto_offset_reset="earliest", fetch_max_wait_ms=20
        )
        await reader.start()
        try:
            reader.assign(list(ends))
            await reader.seek_to_beginning()
            found: list[ConsumerRecord] = []
            while any([await reader.position(tp) < end for tp, end in ends.items()]):
                for records in (await reader.getmany(timeout_ms=200)).values():
                    found += records
            return found
        finally:
            await reader.stop()


async def _keep(tx: Transaction, received: Sequence[Received[ListingUpdated]]) -> None:
    await keep(tx, replica, received)


def record_of(
    event: Event, topic: str, offset: int = 0, *, sequence: int = 1, identifier: UUID | None = None, partition: int = 0
) -> ConsumerRecord:
    """The record that a relay would write for `event`."""
    envelope = Envelope(
        id=identifier or new_id(),
        type=event.wire.name,
        source=event.wire.owner,
        time=utc_now(),
        subject=event.key,
        sequence=sequence,
        correlation_id="story",
    )
    return raw_record(
        topic, offset, event.key.encode(), event.model_dump_json().encode(), envelope.headers(), partition
    )


def raw_record(
    topic: str,
    offset: int,
    key: bytes | None,
    value: bytes | None,
    headers: Iterable[tuple[str, bytes]],
    partition: int = 0,
) -> ConsumerRecord:
    return ConsumerRecord(
        topic=topic, partition=partition, offset=offset, timestamp=0, timestamp_type=0, key=key, value=value,
        checksum=None, serialized_key_size=len(key or b""), serialized_value_size=len(value or b""),
        headers=tuple(headers),
    )  # fmt: skip
