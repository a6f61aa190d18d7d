"""The fixtures of the flows: a world of its own for every test, and a provider's server that can go down."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.devstack.story.endpoint import Endpoint
from shared.testing.broker import SharedBroker
from shared.testing.fixtures import DbFor
from shared.testing.issuer import Issuer
from tests.flows.world import MovingClock, World, open_world


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def world(
    db_for: DbFor, issuer: Issuer, clock: MovingClock, broker: SharedBroker, tmp_path: Path
) -> AsyncIterator[World]:
    async with open_world(db_for, issuer, clock, broker.settings, tmp_path) as opened:
        yield opened


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A provider's server, up."""
    server = Endpoint()
    server.start()
    yield server
    server.kill()
