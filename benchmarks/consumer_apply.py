"""`consumer_apply`: facts per second applied exactly once into a projection, against a bare unnest loop."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from benchmarks.ground import SERVICE, Ground, ground, projection
from shared.contracts import topic_of
from shared.contracts.catalog import ListingUpdated
from shared.db.replicas import keep
from shared.db.transaction import Database, Transaction
from shared.messaging.apply import Applier
from shared.messaging.consumer import Consumer
from shared.messaging.log import open_log
from shared.messaging.reaction import Received, on
from shared.messaging.record import Decoder
from shared.messaging.relay import Relay
from shared.run import settle_memory

FACTS = 40_000
ROUNDS = 3
GOAL_RATIO, GOAL_RATE = 0.3, 10_000
TOPIC = topic_of(SERVICE)


async def remember(tx: Transaction, received: Sequence[Received[Any]]) -> None:
    await keep(tx, projection, received)


async def _fill_topic(bench: Ground) -> int:
    """Facts as the relay sends them; returns how many records the topic holds, markers included."""
    await bench.fill_outbox(FACTS)
    relaying = asyncio.ensure_future(Relay(SERVICE, bench.settings.database_url, bench.settings).run())
    while await bench.driver.fetchval("SELECT EXISTS (SELECT 1 FROM outbox)"):
        if relaying.done():
            relaying.result()
        await asyncio.sleep(0.05)
    relaying.cancel()
    await asyncio.gather(relaying, return_exceptions=True)
    async with open_log(bench.settings) as log:
        ends = await log.ends(await log.partitions([TOPIC]))
    return sum(ends.values())


async def _ours(bench: Ground, records: int) -> float:
    """The clock runs from the first applied batch, so that starting a client is not counted."""
    await bench.driver.execute("TRUNCATE inbox, projection, consumer_offset")
    db = Database("orders", bench.settings.database_url, pool_size=4)
    reactions = {"listing.updated": on(ListingUpdated, remember)}
    applier = Applier(db, Decoder("orders", reactions, timedelta(days=30)), topic_of("orders"))
    consuming = asyncio.ensure_future(Consumer(db, applier, [TOPIC], bench.settings).run())
    rate = await _timed(bench, records, consuming)
    applied = await bench.driver.fetchval("SELECT count(*) FROM inbox")
    assert applied == FACTS, f"{applied} of {FACTS} were applied"
    await db.close()
    return rate


async def _timed(bench: Ground, records: int, consuming: "asyncio.Future[None]") -> float:
    began, at_begin = 0.0, 0
    while True:
        if consuming.done():
            consuming.result()
        done = await bench.driver.fetchval("SELECT coalesce(sum(next_offset), 0)::int FROM consumer_offset")
        if not began and done > 1_000:
            began, at_begin = time.perf_counter(), done
        if done >= records:
            took = time.perf_counter() - began
            consuming.cancel()
            await asyncio.gather(consuming, return_exceptions=True)
            return (records - at_begin) / took
        await asyncio.sleep(0.01)


async def _bare(bench: Ground, records: int) -> float:
    """One transaction per partition batch with one unnest: no validation, no inbox, no parking."""
    await bench.driver.execute("TRUNCATE projection")
    client = AIOKafkaConsumer(
        bootstrap_servers=bench.settings.kafka_bootstrap_servers, group_id=None, fetch_max_wait_ms=20,
        enable_auto_commit=False,
    )  # fmt: skip
    await client.start()
    partitions = [TopicPartition(TOPIC, number) for number in range(bench.settings.topic_partitions)]
    client.assign(partitions)
    for tp in partitions:
        client.seek(tp, 0)
    done, began = 0, time.perf_counter()
    while done < records:
        for batch in (await client.getmany(timeout_ms=200, max_records=bench.settings.consumer_batch)).values():
            done += len(batch)
            newest = {record.key.decode(): record for record in batch if record.value}
            async with bench.driver.transaction():
                await bench.driver.execute(
                    "INSERT INTO projection AS p (key, sequence, state)"
                    " SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[]::jsonb[])"
                    " ON CONFLICT (key) DO UPDATE SET sequence = excluded.sequence, state = excluded.state",
                    list(newest),
                    [record.offset for record in newest.values()],
                    [record.value.decode() for record in newest.values()],
                )
    took = time.perf_counter() - began
    await client.stop()
    return done / took


async def run() -> dict[str, Any]:
    ours, bare = [], []
    settle_memory()  # as a worker does at its start
    async with ground() as bench:
        records = await _fill_topic(bench)
        for _ in range(ROUNDS):
            ours.append(await _ours(bench, records))
            bare.append(await _bare(bench, records))
        await bench.driver.close()
    value, reference = statistics.median(ours), statistics.median(bare)
    return {
        "name": "consumer_apply",
        "value": round(value),
        "unit": "facts/s",
        "reference": "a bare aiokafka loop with one unnest transaction per batch",
        "reference_value": round(reference),
        "ratio": round(value / reference, 3),
        "goal": f">= {GOAL_RATIO} x and >= {GOAL_RATE}/s",
        "pass": value / reference >= GOAL_RATIO and value >= GOAL_RATE,
    }
