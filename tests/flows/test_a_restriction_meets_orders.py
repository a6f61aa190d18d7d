"""What a restriction does to orders around its `from`, at its `until`, and to a target that nobody knows yet."""

from datetime import timedelta

import pytest

from deploy.devstack.story import acts
from deploy.devstack.story.acts import Listing
from deploy.devstack.story.market import Person, until
from tests.flows.world import World

pytestmark = pytest.mark.kafka


async def a_listing(world: World) -> Listing:
    provider = await acts.an_admitted_provider(world)
    listing = await acts.a_published_listing(world, provider, "https://www.qingchuan.example/callback")
    await world.settle()
    return listing


async def wait_for_status(merchant: Person, order_id: str, status: str) -> None:
    await until(
        f"the order is {status}",
        lambda: merchant.get("orders", f"/v1/orders/{order_id}"),
        lambda answer: bool(answer["status"] == status),
    )


async def test_what_was_ordered_under_a_restriction_does_not_stand(world: World) -> None:
    listing = await a_listing(world)
    early, unpaid, paid = (world.as_("merchant", name) for name in ("early", "unpaid", "paid"))
    before = await acts.buy(world, early, listing)
    await world.settle()

    await world["orders"].stop()  # the news travels slowly
    violation = await acts.freeze(world, listing)
    placed = (await acts.order(unpaid, listing)).expect(201)["order_id"]
    bought = await acts.buy(world, paid, listing)
    await world["orders"].start()

    await wait_for_status(unpaid, placed, "refused")
    await wait_for_status(paid, bought, "refunded")
    cause = (await unpaid.get("orders", f"/v1/orders/{placed}"))["cause"]
    assert (cause["clause"], cause["decision_id"]) == ("6.3.1(1)", violation["decision_id"])
    assert (await acts.entitlement(paid, listing))["usable"] is False
    assert (await early.get("orders", f"/v1/orders/{before}"))["status"] == "paid"
    assert (await acts.entitlement(early, listing))["usable"] is True
    await money_went_back(world, paid, bought)


async def money_went_back(world: World, merchant: Person, order_id: str) -> None:
    order = await merchant.get("orders", f"/v1/orders/{order_id}")
    payment = await world.public.get("payment", f"/payments/{order['payment']['payment_id']}")
    assert payment["refunded_fen"] == order["price_fen"]
    balances = await world.as_("finance", "finance-1").get("orders", "/v1/ledger/balances", limit=100)
    assert sum(account["balance_fen"] for account in balances["items"]) == 0


async def test_a_restriction_lapses_without_any_message(world: World) -> None:
    listing = await a_listing(world)
    await acts.freeze(world, listing)
    await world.settle()
    assert (await acts.order(world.as_("merchant", "m-1"), listing)).status == 409
    said = await count_restrictions(world)
    world.clock.advance(timedelta(days=30, seconds=1))
    assert (await acts.order(world.as_("merchant", "m-2"), listing)).status == 201
    assert await acts.is_shown(world, listing)
    await world.settle()
    assert await count_restrictions(world) == said


async def count_restrictions(world: World) -> int:
    counted = await world["enforcement"].rows("SELECT count(*) FROM event_log WHERE type = 'restriction.changed'")
    return int(counted[0]["count"])


async def test_a_restriction_on_an_unknown_listing_is_kept_until_the_listing_comes(world: World) -> None:
    listing = await a_listing(world)
    await world["orders"].rows("DELETE FROM listing")
    await acts.freeze(world, listing)
    await world.settle()
    assert (await acts.order(world.as_("merchant", "m-1"), listing)).status == 404
    await world["catalog"].resync()
    await world.settle()
    refused = await acts.order(world.as_("merchant", "m-1"), listing)
    assert (refused.status, refused.code) == (409, "order-blocked")


async def test_lifting_one_penalty_leaves_the_others(world: World) -> None:
    listing = await a_listing(world)
    violation = await acts.freeze(world, listing)
    await acts.prove(world, "misplaced-repeatedly", listing_id=listing.listing_id)
    penalty, officer = violation["penalties"][0], world.as_("officer", "officer-1")
    path = f"/v1/penalties/{penalty['penalty_id']}/lift"
    (await officer.post("enforcement", path, {"reason": "整改完成"}, version='"v1"')).expect(200)
    await world.settle()
    assert (await acts.order(world.as_("merchant", "m-1"), listing)).status == 201
    assert not await acts.is_shown(world, listing)
