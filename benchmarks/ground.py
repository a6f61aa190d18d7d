"""What the messaging benchmarks stand on: an embedded database and broker, and an outbox full of facts."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from deploy.devstack.broker import Broker, EmbeddedBroker
from deploy.devstack.kafka.server import KafkaBroker
from deploy.devstack.postgres import EmbeddedPostgres
from deploy.devstack.processes import free_port
from shared.clock import utc_now
from shared.db import partitions
from shared.db.engine import make_engine, new_metadata
from shared.db.replicas import replica_table
from shared.db.tables import add_plumbing
from shared.settings import ServiceSettings

ROOT = Path(__file__).parents[1]
KEYS = 10_000
SERVICE = "catalog"

metadata = new_metadata()
add_plumbing(metadata)
projection = replica_table("projection", metadata)

# A listing's full state, padded to about 600 bytes; `%s` is the row's number.
_FILL = """
INSERT INTO outbox (id, aggregatetype, aggregateid, sequence, type, payload, occurred_at,
                    correlation_id, causation_id, traceparent)
SELECT uuidv7(), 'listing', key, n / $2 + 1, 'listing.updated',
       json_build_object('listing_id', key, 'provider_id', key, 'kind', 'application', 'category', 'erp',
                         'name', repeat('n', 60), 'callback_url', 'https://provider.example/' || repeat('c', 120),
                         'plans', json_build_array(json_build_object('plan_id', 'month', 'title', repeat('t', 40),
                                                                     'period_days', 30, 'price_fen', 9900)),
                         'lifecycle', 'live', 'version', n / $2 + 1, 'published_at', '2026-01-01T00:00:00Z')::text,
       now(), 'bench', '', ''
FROM (SELECT n, lpad(to_hex(n % $2), 8, '0') || '-0000-7000-8000-000000000000' AS key FROM generate_series(0, $1 - 1) n)
"""


@dataclass(frozen=True, slots=True)
class Ground:
    settings: ServiceSettings
    driver: asyncpg.Connection

    async def fill_outbox(self, facts: int) -> None:
        await self.driver.execute("TRUNCATE outbox, event_log")
        await self.driver.execute(_FILL, facts, KEYS)
        await self.driver.execute("VACUUM ANALYZE outbox")


def _broker(folder: Path) -> Broker:
    if os.environ.get("BROKER") == "kafka":
        return KafkaBroker(folder, free_port(), free_port(), ROOT / "build" / "kafka-jars")
    return EmbeddedBroker(folder, free_port())


@asynccontextmanager
async def ground() -> AsyncIterator[Ground]:
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        postgres, broker = EmbeddedPostgres(Path(folder) / "postgres", free_port()), _broker(Path(folder) / "broker")
        try:
            # Threads would do, but the servers die with the thread that started them.
            postgres.start()
            broker.start()
            yield await _prepare(postgres.url(), broker)
        finally:
            await asyncio.sleep(0)
            broker.kill()
            postgres.stop()


async def _prepare(url: str, broker: Broker) -> Ground:
    engine = make_engine(url, 2)
    async with engine.connect() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()
    driver = await asyncpg.connect(url)
    await partitions.maintain(driver, utc_now(), 7, 30)
    settings = ServiceSettings(
        database_url=url,
        kafka_bootstrap_servers=broker.bootstrap_servers,
        kafka_idempotent_producer=broker.name == "kafka",
        relay_poll_ms=1,
    )
    return Ground(settings, driver)
