"""The fixtures themselves: fresh databases, isolated topics, a believed issuer, servers that sessions share."""

import asyncio
import subprocess
import sys
from types import ModuleType
from typing import Annotated

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from fastapi import APIRouter

from shared.db.engine import new_metadata
from shared.db.tables import add_plumbing
from shared.http.auth import Caller, Role, requires
from shared.service import Service
from shared.settings import ServiceSettings
from shared.testing.lease import ROOT, leased
from shared.testing.postgres import Databases

router = APIRouter()


@router.get("/v1/whoami", operation_id="read_whoami")
async def read_whoami(caller: Annotated[Caller, requires(Role.OFFICER)]) -> dict[str, str]:
    return {"subject": caller.subject}


def a_service() -> Service:
    metadata = new_metadata()
    add_plumbing(metadata)
    return Service("orders", "Sample", ModuleType("sample"), ServiceSettings, metadata, router)


async def test_each_test_gets_an_empty_database_that_is_dropped_afterwards(databases: Databases):
    first, second = await databases.plumbing_only(), await databases.plumbing_only()
    for url in (first, second):
        driver = await asyncpg.connect(url)
        assert await driver.fetchval("SELECT count(*) FROM relay_state") == 0
        await driver.execute("INSERT INTO relay_state (shard) VALUES (0)")
        await driver.close()
        await databases.drop(url)
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(first)


async def test_the_issuer_is_believed_and_a_missing_role_is_not(plain_db, client_for, token):
    client = await client_for(a_service(), await plain_db("orders"))
    told = await client.get("/v1/whoami", headers={"Authorization": f"Bearer {token('officer', 'anna')}"})
    assert (told.status_code, told.json()) == (200, {"subject": "anna"})
    refused = await client.get("/v1/whoami", headers={"Authorization": f"Bearer {token('merchant')}"})
    assert refused.status_code == 403


@pytest.mark.kafka
async def test_topics_of_a_test_are_its_own(broker):
    topic = f"{broker.prefix}orders-events"
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap_servers)
    await producer.start()
    await _create(broker, topic)
    await producer.send_and_wait(topic, b"hello", partition=0)
    await producer.stop()
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap_servers)
    await consumer.start()
    consumer.assign([TopicPartition(topic, 0)])
    await consumer.seek_to_beginning()
    assert (await asyncio.wait_for(consumer.getone(), 10)).value == b"hello"
    await consumer.stop()
    await broker.delete_topics()


async def _create(broker, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1)])
    await admin.close()


def test_sessions_that_run_together_share_one_server():
    code = "from shared.testing.lease import leased\nwith leased('tansu') as address: print(address)"
    with leased("tansu") as mine:
        other = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert other.stdout.strip() == mine
