"""Both brokers behind one face: killed, wiped, started again under a new or the same identity."""

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.devstack.broker import Broker, BrokerFailedError, EmbeddedBroker
from deploy.devstack.kafka import server as kafka
from deploy.devstack.processes import free_port


async def ask(broker: Broker) -> tuple[str, set[str]]:
    """Its cluster id and its topics."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
    await admin.start()
    described, topics = await admin.describe_cluster(), await admin.list_topics()
    await admin.close()
    return described["cluster_id"], {topic for topic in topics if not topic.startswith("__")}


async def fill(broker: Broker, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1)])
    await admin.close()
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap_servers)
    await producer.start()
    await producer.send_and_wait(topic, b"fact", partition=0)
    await producer.stop()


@pytest.mark.kafka
async def test_a_wiped_broker_is_empty_and_shows_another_identity(own_broker: Broker):
    await fill(own_broker, "orders-events")
    before, topics = await ask(own_broker)
    assert topics == {"orders-events"}
    own_broker.wipe()
    assert own_broker.pid is None
    own_broker.start()
    after, topics = await ask(own_broker)
    assert after != before
    assert topics == set()


@pytest.mark.kafka
async def test_a_broker_can_lose_everything_and_keep_its_identity(own_broker: Broker):
    await fill(own_broker, "orders-events")
    before, _ = await ask(own_broker)
    own_broker.restart(same_cluster_id=True)
    assert await ask(own_broker) == (before, set())
    own_broker.restart()
    assert (await ask(own_broker))[0] != before


@pytest.mark.kafka
async def test_a_killed_broker_starts_again(own_broker: Broker):
    own_broker.kill()
    assert own_broker.memory_bytes() == 0
    own_broker.start()
    assert own_broker.memory_bytes() > 1_000_000
    await ask(own_broker)


def test_a_taken_port_is_told_in_one_sentence(tmp_path):
    first = EmbeddedBroker(tmp_path / "a", free_port())
    first.start()
    with pytest.raises(BrokerFailedError, match=f"port {first.port} is in use"):
        EmbeddedBroker(tmp_path / "b", first.port).start()
    first.stop()


def test_a_machine_without_java_is_told_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrokerFailedError, match="needs a Java runtime"):
        kafka.fetch_jars(tmp_path / "jars")


def test_a_machine_with_an_old_java_or_without_maven_is_told_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    assert "version 11" in kafka.what_kafka_lacks()
    java.write_text("#!/bin/sh\necho 'openjdk version \"21.0.2\"' >&2\n")
    assert kafka.what_kafka_lacks() == ""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(kafka, "what_kafka_lacks", lambda: "")
    with pytest.raises(BrokerFailedError, match="`mvn`"):
        kafka.fetch_jars(tmp_path / "jars")
