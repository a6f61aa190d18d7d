"""The stage on the shared broker, and on one that a test may break."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy.devstack.broker import Broker
from shared.messaging import sender, supervise
from shared.messaging.tests import stage as stages
from shared.messaging.tests.stage import Stage
from shared.settings import ServiceSettings
from shared.testing.broker import SharedBroker
from shared.testing.fixtures import PlainDb


@pytest.fixture
def make_settings(broker_kind: str) -> Callable[..., ServiceSettings]:
    """Short polls, two partitions, and the idempotent producer where the broker has it."""

    def make(database_url: str, **changed: Any) -> ServiceSettings:
        values = {
            "relay_poll_ms": 5,
            "relay_lock_timeout_seconds": 2,
            "topic_partitions": 2,
            "kafka_idempotent_producer": broker_kind == "kafka",
        }
        return ServiceSettings(database_url=database_url, **values | changed)

    return make


@pytest.fixture
async def stage(plain_db: PlainDb, broker: SharedBroker, make_settings: Callable[..., ServiceSettings]) -> Stage:
    owner, reader = await plain_db("catalog"), await plain_db("orders", stages.metadata)
    return Stage(owner, reader, make_settings(owner.url, **broker.settings))


@pytest.fixture
async def stage_to_break(plain_db: PlainDb, own_broker: Broker, make_settings: Callable[..., ServiceSettings]) -> Stage:
    """On the broker of the fixture `own_broker`, which the test may kill and wipe."""
    owner, reader = await plain_db("catalog"), await plain_db("orders", stages.metadata)
    return Stage(owner, reader, make_settings(owner.url, kafka_bootstrap_servers=own_broker.bootstrap_servers))


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would wait long for a broker in production waits briefly here."""
    monkeypatch.setattr(sender, "ACK_SECONDS", 3.0)
    monkeypatch.setattr(supervise, "LONGEST_PAUSE_SECONDS", 0.3)


@pytest.fixture
async def stage_without_broker(plain_db: PlainDb, make_settings: Callable[..., ServiceSettings]) -> Stage:
    """Only the consumer's inside: there is nobody who says anything."""
    reader = await plain_db("orders", stages.metadata)
    return Stage(reader, reader, make_settings(reader.url))
