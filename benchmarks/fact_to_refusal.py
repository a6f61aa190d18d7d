"""`fact_to_refusal`: from a penalty to the first order that is refused because of it, on an otherwise quiet market.

All parts are real processes. Time counts from the penalty's `from`, the instant its transaction began and thus before
its commit, until a merchant who orders again and again holds the first refusal. The reference is what the broker
alone takes: a record of the same size through one aiokafka producer and one consumer, in turns with the tries.
"""

import argparse
import asyncio
import json
import os
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from time import perf_counter
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.devstack.layout import CHECKOUT, Layout
from deploy.devstack.stack import Stack
from deploy.devstack.story import acts
from deploy.devstack.story.acts import Listing
from deploy.devstack.story.market import Market, until
from deploy.devstack.story.narrator import Narrator
from deploy.devstack.story.running import a_market

GOAL_MS = 250.0
TRIES = 200
PORT_OFFSET = 3000
RECORD = b"x" * 600
BETWEEN_ORDERS_SECONDS = 0.002


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def _a_listing(market: Market) -> Listing:
    provider = await acts.an_admitted_provider(market)
    listing = await acts.a_published_listing(market, provider, "https://www.qingchuan.example/callback")
    # The first interruption only hides the listing; from the second on each one freezes it.
    await acts.prove(market, "long-interruption", listing_id=listing.listing_id)
    await _wait_for_order(market, listing, 201)
    return listing


async def _wait_for_order(market: Market, listing: Listing, status: int) -> None:
    await until(
        f"an order is answered {status}",
        lambda: acts.order(market.as_("merchant", "shop"), listing),
        lambda answer: answer.status == status,
        pause=BETWEEN_ORDERS_SECONDS,
    )


async def _try(market: Market, listing: Listing) -> float:
    """One penalty, the first refused order, and the lift, after which orders are taken again; milliseconds."""
    violation = await acts.prove(market, "long-interruption", listing_id=listing.listing_id)
    await _wait_for_order(market, listing, 409)
    refused_at = datetime.now(UTC)
    (penalty,) = violation["penalties"]
    path, told = f"/v1/penalties/{penalty['penalty_id']}/lift", {"reason": "the next try"}
    officer = market.as_("officer", "officer-1")
    (await officer.post("enforcement", path, told, version=f'"v{penalty["version"]}"')).expect(200)
    await _wait_for_order(market, listing, 201)
    return (refused_at - datetime.fromisoformat(penalty["from"])).total_seconds() * 1000


class _Bare:
    """One record, sent and received."""

    def __init__(self, producer: AIOKafkaProducer, consumer: AIOKafkaConsumer, topic: str) -> None:
        self._producer = producer
        self._consumer = consumer
        self._topic = topic

    async def once(self) -> float:
        began = perf_counter()
        waiting = asyncio.ensure_future(self._consumer.getone())
        await self._producer.send_and_wait(self._topic, RECORD, partition=0)
        await asyncio.wait_for(waiting, 10)
        return (perf_counter() - began) * 1000


@asynccontextmanager
async def _bare(bootstrap_servers: str) -> AsyncIterator[_Bare]:
    topic = f"bare-{uuid4().hex[:8]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all", linger_ms=0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=20,
    )
    await producer.start()
    await consumer.start()
    consumer.assign([TopicPartition(topic, 0)])
    try:
        yield _Bare(producer, consumer, topic)
    finally:
        await consumer.stop()
        await producer.stop()


async def _measure(tries: int) -> tuple[list[float], list[float], str]:
    broker = os.environ.get("BROKER") or "tansu"
    layout = Layout(run=CHECKOUT / ".run" / "bench", offset=PORT_OFFSET, broker=broker)
    stack = Stack(layout, lambda _: None)
    await stack.up()
    try:
        async with a_market(layout, Narrator()) as market, _bare(stack.broker.bootstrap_servers) as bare:
            market.listener, market.correlation_id = None, ""
            listing = await _a_listing(market)
            for _ in range(10):
                await _try(market, listing)
                await bare.once()
            pairs = [(await _try(market, listing), await bare.once()) for _ in range(tries)]
    finally:
        await stack.down()
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs], broker


def run(tries: int = TRIES) -> list[dict[str, Any]]:
    taken, bare, broker = asyncio.run(_measure(tries))
    value, reference = percentile(taken, 0.99), percentile(bare, 0.99)
    return [
        {
            "name": "fact_to_refusal",
            "value": round(value, 1),
            "unit": "ms",
            "reference": "p99 of one record through the same broker by bare aiokafka",
            "reference_value": round(reference, 1),
            "ratio": round(value / reference, 2),
            "goal": GOAL_MS,
            "pass": value <= GOAL_MS,
            "p50_ms": round(statistics.median(taken), 1),
            "most_ms": round(max(taken), 1),
            "conditions": f"{tries} tries, broker {broker}, from the penalty's `from` to the first refused order",
        }
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fact_to_refusal", description=__doc__)
    parser.add_argument("--tries", type=int, default=TRIES)
    print(json.dumps(run(parser.parse_args().tries), indent=2))


if __name__ == "__main__":
    main()
