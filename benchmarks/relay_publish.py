"""`relay_publish`: facts per second from outbox to broker, acknowledged, against aiokafka sending the same bytes."""

import asyncio
import statistics
import time
from typing import Any

from aiokafka import AIOKafkaProducer

from benchmarks.ground import SERVICE, Ground, ground
from shared.contracts import topic_of
from shared.messaging import outbox
from shared.messaging.log import open_log
from shared.messaging.relay import Relay, envelope_of

FACTS = 40_000
ROUNDS = 3
GOAL_RATIO, GOAL_RATE = 0.3, 5_000


async def _relay(bench: Ground) -> float:
    """From a full outbox to an empty one; the topic exists and the relay leads before the clock starts."""
    relay = Relay(SERVICE, bench.settings.database_url, bench.settings)
    await bench.driver.execute("TRUNCATE outbox, event_log")
    running = asyncio.ensure_future(relay.run())
    await asyncio.sleep(1.5)
    # The facts become visible at once, when the statement that makes them commits.
    await bench.fill_outbox(FACTS)
    filled = time.perf_counter()
    while await bench.driver.fetchval("SELECT EXISTS (SELECT 1 FROM outbox)"):
        if running.done():
            running.result()
        await asyncio.sleep(0.01)
    took = time.perf_counter() - filled
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return FACTS / took


async def _bare(bench: Ground, topic: str) -> float:
    """The same keys, values and headers from memory, through the client's own batching."""
    rows = await bench.driver.fetch("SELECT * FROM event_log ORDER BY position")
    messages = [
        (row["payload"].encode(), row["aggregateid"].encode(), envelope_of(SERVICE, row).headers()) for row in rows
    ]
    producer = AIOKafkaProducer(
        bootstrap_servers=bench.settings.kafka_bootstrap_servers,
        acks="all",
        enable_idempotence=bench.settings.kafka_idempotent_producer,
        max_batch_size=900_000,
        linger_ms=5,
    )
    await producer.start()
    began = time.perf_counter()
    acknowledged = [await producer.send(topic, value, key, headers=headers) for value, key, headers in messages]
    await producer.flush()
    await asyncio.gather(*acknowledged)
    took = time.perf_counter() - began
    await producer.stop()
    return len(messages) / took


async def run() -> dict[str, Any]:
    ours, bare = [], []
    async with ground() as bench:
        topic = f"bare-{topic_of(SERVICE)}"
        async with open_log(bench.settings) as log:
            await log.ensure_topics([topic])
        for _ in range(ROUNDS):
            ours.append(await _relay(bench))
            bare.append(await _bare(bench, topic))
        assert await outbox.unsent(bench.driver, 1, 0) == []
        await bench.driver.close()
    value, reference = statistics.median(ours), statistics.median(bare)
    return {
        "name": "relay_publish",
        "value": round(value),
        "unit": "facts/s",
        "reference": "aiokafka sending the same bytes from memory",
        "reference_value": round(reference),
        "ratio": round(value / reference, 3),
        "goal": f">= {GOAL_RATIO} x and >= {GOAL_RATE}/s",
        "pass": value / reference >= GOAL_RATIO and value >= GOAL_RATE,
    }
