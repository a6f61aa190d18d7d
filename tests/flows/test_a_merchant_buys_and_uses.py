"""From an order to using what was bought."""

import pytest

from deploy.devstack.story import acts
from deploy.devstack.story.market import until
from tests.flows.world import World

pytestmark = pytest.mark.kafka


async def test_a_merchant_finds_orders_pays_and_uses_a_listing(world: World) -> None:
    listing = await acts.a_published_listing(world, await acts.an_admitted_provider(world), "http://shop.example/cb")
    await world.settle()
    merchant = world.as_("merchant", "merchant-1")
    assert await acts.is_shown(world, listing)
    order_id = await acts.buy(world, merchant, listing)
    assert (await merchant.get("orders", f"/v1/orders/{order_id}"))["status"] == "paid"
    subscriptions = (await merchant.get("orders", "/v1/subscriptions"))["items"]
    assert [item["status"] for item in subscriptions] == ["active"]


async def test_a_renewal_follows_the_running_period(world: World) -> None:
    listing = await acts.a_published_listing(world, await acts.an_admitted_provider(world), "http://shop.example/cb")
    await world.settle()
    merchant = world.as_("merchant", "merchant-1")
    await acts.buy(world, merchant, listing)
    first = (await merchant.get("orders", "/v1/subscriptions"))["items"][0]
    path = f"/v1/subscriptions/{first['subscription_id']}/renewals"
    renewal = (await merchant.post("orders", path, listing.renewal)).expect(201)
    await acts.pay(world, merchant, renewal["order_id"])
    await until(
        "the subscription is longer",
        lambda: merchant.get("orders", "/v1/subscriptions"),
        lambda answer: answer["items"][0]["ends_at"] > first["ends_at"],
    )


async def test_a_webhook_that_comes_late_and_thrice_gives_access_once(world: World) -> None:
    listing = await acts.a_published_listing(world, await acts.an_admitted_provider(world), "http://shop.example/cb")
    await world.settle()
    merchant = world.as_("merchant", "merchant-1")
    faults = {"webhook_copies": 3, "lose_webhooks": 1, "delay_webhooks_ms": 50}
    (await world.public.post("payment", "/faults", faults)).expect(200)
    await acts.buy(world, merchant, listing)
    await world.settle()
    told = await world["orders"].rows("SELECT type FROM event_log WHERE type = 'subscription.activated'")
    assert len(told) == 1
