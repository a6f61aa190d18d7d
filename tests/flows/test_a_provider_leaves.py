"""A provider leaves of its own accord: what stands in its way, what it serves on, and the end."""

from datetime import timedelta
from typing import Any

import pytest

from deploy.devstack.story import acts
from deploy.devstack.story.acts import Listing, Provider
from deploy.devstack.story.endpoint import Endpoint
from deploy.devstack.story.market import Answer, Person, until
from tests.flows.world import World

pytestmark = pytest.mark.kafka
WEEKLY = {"plan_id": "weekly", "title": "周付版", "period_days": 7, "price_fen": 9900}
REASON = {"reason": "公司结束该项业务"}


def the_exit(provider: Provider) -> str:
    return f"/v1/providers/{provider.provider_id}/exit"


async def read_exit(provider: Provider) -> Answer:
    return (await provider.account.get("registry", the_exit(provider))).expect(200)


def blockers(answer: Answer) -> dict[str, list[str]]:
    return {item["kind"]: item["links"] for item in answer["checklist"] if item["count"]}


async def wait_for_blockers(provider: Provider, *kinds: str) -> Answer:
    return await until(
        f"what stands in the way is {kinds}",
        lambda: read_exit(provider),
        lambda answer: set(blockers(answer)) == set(kinds),
    )


async def retire(listing: Listing) -> None:
    account, path = listing.provider.account, f"/v1/listings/{listing.listing_id}"
    version = (await account.get("catalog", path)).expect(200).version
    (await account.post("catalog", f"{path}/retirement", REASON, version=version)).expect(200)


async def request_exit(listing: Listing) -> Answer:
    provider = listing.provider
    return (await provider.account.post("registry", the_exit(provider), REASON)).expect(201)


async def accept(officer: Person, provider: Provider, seen: Answer) -> Answer:
    return await officer.post("registry", f"{the_exit(provider)}/acceptance", REASON, version=seen.version)


async def wait_for_status(provider: Provider, status: str) -> Answer:
    return await until(
        f"the exit is {status}", lambda: read_exit(provider), lambda answer: bool(answer["status"] == status)
    )


async def facts(world: World, kind: str) -> list[dict[str, Any]]:
    return await world["registry"].rows("SELECT payload FROM event_log WHERE type = $1", kind)


async def test_a_provider_leaves_from_request_to_end(world: World, endpoint: Endpoint) -> None:
    officer, merchant, hesitant = (
        world.as_(*who) for who in (("officer", "o-1"), ("merchant", "m-1"), ("merchant", "m-2"))
    )
    provider = await acts.an_admitted_provider(world)
    listing = await acts.a_published_listing(world, provider, endpoint.url, WEEKLY)
    await world.settle()
    bought = await acts.buy(world, merchant, listing)
    unpaid = (await acts.order(hesitant, listing)).expect(201)["order_id"]
    await request_exit(listing)
    await world.settle()

    refused = await acts.order(world.as_("merchant", "m-3"), listing)
    assert (refused.status, refused.code, refused["clause"]) == (409, "order-blocked", "7.3")
    assert (await acts.renew(merchant, listing)).code == "renewal-blocked"
    assert not await acts.is_shown(world, listing)
    seen = await wait_for_blockers(provider, "listing_on_sale", "open_order")
    assert blockers(seen) == {
        "listing_on_sale": [f"/v1/listings/{listing.listing_id}"],
        "open_order": [f"/v1/orders/{unpaid}"],
    }
    early = await accept(officer, provider, seen)
    assert (early.status, early.code) == (409, "exit-blocked")

    (await hesitant.post("orders", f"/v1/orders/{unpaid}/cancellation")).expect(200)
    await retire(listing)
    accepted = (await accept(officer, provider, await wait_for_blockers(provider))).expect(200)
    assert (accepted["receipts_due"], accepted["receipts_got"]) == (1, 0)
    await world.settle()

    world.clock.advance(timedelta(days=20))  # the subscription has ended, and is served on
    assert (await acts.entitlement(merchant, listing))["usable"] is True
    path = f"/v1/exits/{accepted['exit_id']}/receipts"
    (await merchant.post("registry", path, {"listing_id": listing.listing_id})).expect(201)
    assert (await wait_for_status(provider, "accepted"))["receipts_got"] == 1

    world.clock.advance(timedelta(days=18))
    await wait_for_status(provider, "completed")
    await world.settle()
    assert (await acts.entitlement(merchant, listing))["usable"] is False
    assert (await merchant.get("orders", f"/v1/orders/{bought}"))["status"] == "paid"
    assert (await officer.get("registry", f"/v1/providers/{provider.provider_id}"))["standing"] == "exited"
    assert len(await facts(world, "exit.completed")) == 1
    assert await facts(world, "service.stopped_early") == []


async def test_a_request_is_withdrawn_and_everything_is_as_it_was(world: World, endpoint: Endpoint) -> None:
    provider = await acts.an_admitted_provider(world)
    listing = await acts.a_published_listing(world, provider, endpoint.url, WEEKLY)
    await world.settle()
    asked = await request_exit(listing)
    await world.settle()
    assert (await acts.order(world.as_("merchant", "m-1"), listing)).code == "order-blocked"
    path = f"{the_exit(provider)}/withdrawal"
    (await provider.account.post("registry", path, REASON, version=asked.version)).expect(200)
    await world.settle()
    await acts.buy(world, world.as_("merchant", "m-1"), listing)
    assert await acts.is_shown(world, listing)


async def test_stopping_a_service_while_leaving_is_reported_as_a_fact(world: World, endpoint: Endpoint) -> None:
    provider = await acts.an_admitted_provider(world)
    listing = await acts.a_published_listing(world, provider, endpoint.url)
    await world.settle()
    await acts.buy(world, world.as_("merchant", "m-1"), listing)
    await request_exit(listing)
    await retire(listing)
    await acts.wait_for_state(world, listing, "up")
    endpoint.kill()
    await acts.wait_for_outage(world, listing)
    await world.settle()
    world.clock.advance(timedelta(hours=25))
    async with world["registry"].db.transaction() as tx:
        jobs = {job.name: job for job in world["registry"].service.jobs}
        assert await jobs["report_stopped_services"].run(tx) == 1
    await until(
        "enforcement proposes a case",
        lambda: world.as_("officer", "o-1").get("enforcement", "/v1/cases", provider_id=provider.provider_id),
        lambda answer: any(case["act"] == "stopped-while-leaving" for case in answer["items"]),
    )
