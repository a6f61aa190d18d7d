"""Brokers for tests: one that all tests share, each with its own topics, and private ones that a test may kill."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.devstack.broker import Broker, EmbeddedBroker
from deploy.devstack.kafka.server import KafkaBroker
from deploy.devstack.processes import free_port
from shared.testing.lease import ROOT


@dataclass(frozen=True, slots=True)
class SharedBroker:
    """`prefix` is this test's own: topics named with it are nobody else's and are deleted at its end."""

    kind: str
    bootstrap_servers: str
    prefix: str

    @property
    def settings(self) -> dict[str, str]:
        """What a service must be told to use it."""
        return {"kafka_bootstrap_servers": self.bootstrap_servers, "topic_prefix": self.prefix}

    async def delete_topics(self) -> None:
        """The embedded broker holds every record in memory until its topic goes."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap_servers)
        with contextlib.suppress(KafkaError):
            await admin.start()
            mine = [topic for topic in await admin.list_topics() if topic.startswith(self.prefix)]
            if mine:
                await admin.delete_topics(mine)
        await admin.close()


def new_prefix() -> str:
    return f"t{uuid4().hex[:10]}-"


@contextmanager
def private_broker(kind: str, folder: Path) -> Iterator[Broker]:
    """A started broker of its own; whoever asked for it may kill, wipe and restart it."""
    broker: Broker = (
        KafkaBroker(folder, free_port(), free_port(), ROOT / "build" / "kafka-jars")
        if kind == "kafka"
        else EmbeddedBroker(folder, free_port())
    )
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()
