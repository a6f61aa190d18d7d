"""The broker is filled to its bound twice, and recycled twice, without a fact lost or sent again."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from deploy.devstack.layout import Layout
from deploy.devstack.stack import Stack
from shared.contracts.registry import ProviderStandingChanged, Standing
from shared.db.transaction import Database
from shared.ids import new_id
from shared.messaging.log import open_log
from shared.settings import ServiceSettings

OFFSET = 5000
BOUND_MB = 40
BATCH = 50
REPLICAS = {"orders": "provider", "catalog": "provider_standing"}


def a_standing() -> ProviderStandingChanged:
    return ProviderStandingChanged(
        provider_id=new_id(),
        account_id="provider-1",
        legal_name="A" * 20_000,
        standing=Standing.ADMITTED,
        blocked=frozenset(),
        categories=frozenset({"tools"}),
    )


async def count(url: str, statement: str) -> int:
    driver = await asyncpg.connect(url)
    try:
        return int(await driver.fetchval(statement))
    finally:
        await driver.close()


async def all_kept(layout: Layout, emitted: int) -> None:
    """Returns when each replica holds every fact."""
    async with asyncio.timeout(90):
        for service, table in REPLICAS.items():
            while await count(layout.database_url(service), f"SELECT count(*) FROM {table}") < emitted:  # noqa: ASYNC110
                await asyncio.sleep(0.2)


async def fill(stack: Stack, registry: Database) -> int:
    """Emits facts until the broker was recycled once more; returns how many."""
    assert stack.recycler
    emitted, before = 0, stack.recycler.count
    while stack.recycler.count == before:
        async with registry.transaction() as tx:
            tx.emit(*(a_standing() for _ in range(BATCH)))
            tx.record("fill", "broker")
        emitted += BATCH
        while await count(registry.url, "SELECT count(*) FROM outbox") > 4 * BATCH:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        assert emitted < 20_000, f"not recycled at {stack.broker.memory_bytes()} bytes"
    return emitted


async def broker_records(stack: Stack) -> int:
    settings = ServiceSettings(database_url="", kafka_bootstrap_servers=stack.broker.bootstrap_servers)
    async with open_log(settings) as log:
        return sum((await log.ends(await log.partitions(["registry-events"]))).values())


@pytest.mark.timeout(300)
async def test_a_broker_that_fills_up_twice_is_recycled_twice_and_nothing_is_lost_or_repeated(tmp_path: Path):
    said: list[str] = []
    layout = Layout(run=tmp_path / "run", offset=OFFSET, broker_memory_mb=BOUND_MB)
    stack = Stack(layout, said.append)
    assert stack.recycler
    stack.recycler.rest_seconds = 1
    await stack.up()
    registry = Database("registry", layout.database_url("registry"))
    try:
        emitted = await fill(stack, registry) + await fill(stack, registry)
        await all_kept(layout, emitted)
        recycled = [line for line in said if line.startswith("broker recycled")]
        assert len(recycled) == 2
        assert all("everything had been read" in line for line in recycled), recycled
        assert await count(layout.database_url("registry"), "SELECT count(*) FROM outbox") == 0
        # What had been read before the recycles was not sent again: the new log holds only what followed.
        assert await broker_records(stack) < emitted / 2
        assert stack.broker.memory_bytes() < 1.5 * BOUND_MB * 1_000_000
    finally:
        await registry.close()
        await stack.down()
