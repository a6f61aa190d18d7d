"""A lost broker and a wiped replica lose nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.devstack.broker import Broker
from deploy.devstack.story import acts
from shared.testing.fixtures import DbFor
from shared.testing.issuer import Issuer
from tests.flows.world import MovingClock, World, open_world

pytestmark = pytest.mark.kafka


@pytest.fixture
async def own_world(
    db_for: DbFor, issuer: Issuer, clock: MovingClock, own_broker: Broker, tmp_path: Path
) -> AsyncIterator[World]:
    """A world whose broker this test may lose."""
    kafka = {"kafka_bootstrap_servers": own_broker.bootstrap_servers}
    async with open_world(db_for, issuer, clock, kafka, tmp_path) as opened:
        yield opened


async def test_a_penalty_decided_while_the_broker_is_lost_is_obeyed_afterwards(
    own_world: World, own_broker: Broker
) -> None:
    world = own_world
    listing = await acts.a_published_listing(world, await acts.an_admitted_provider(world), "http://shop.example/cb")
    await world.settle()
    merchant = world.as_("merchant", "merchant-1")
    order_id = await acts.buy(world, merchant, listing)
    await world.settle()

    own_broker.wipe()
    await acts.freeze(world, listing)
    assert (await acts.order(world.as_("merchant", "m-2"), listing)).status == 201
    own_broker.start()
    await world.settle(60)

    refused = await acts.order(world.as_("merchant", "m-3"), listing)
    assert (refused.status, refused.code) == (409, "order-blocked")
    assert (await merchant.get("orders", f"/v1/orders/{order_id}"))["status"] == "paid"
    assert (await world["orders"].rows("SELECT count(*) FROM subscription"))[0]["count"] == 1
    assert (await acts.target(world, listing))["merchants"] == 1


async def test_resync_heals_wiped_replicas(world: World) -> None:
    listing = await acts.a_published_listing(world, await acts.an_admitted_provider(world), "http://shop.example/cb")
    await world.settle()
    merchant = world.as_("merchant", "merchant-1")
    await acts.buy(world, merchant, listing)
    await acts.freeze(world, listing)
    await world.settle()

    await world["orders"].rows("TRUNCATE listing, provider, restriction")
    await world["monitoring"].rows("TRUNCATE subscription")
    assert (await acts.order(world.as_("merchant", "m-2"), listing)).status == 404
    for member in world.members.values():
        await member.resync()
    await world.settle()

    assert (await acts.order(world.as_("merchant", "m-2"), listing)).code == "order-blocked"
    assert (await acts.target(world, listing))["merchants"] == 1
    assert (await acts.entitlement(merchant, listing))["usable"] is True
