"""The open platform obeys (2.7, 6.5.5): who is cleared or expelled calls no more, within a second."""

import json
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

import pytest

from deploy.devstack.story import acts
from deploy.devstack.story.acts import Listing
from deploy.devstack.story.endpoint import Endpoint
from deploy.devstack.story.market import Answer, until
from tests.flows.test_a_provider_is_expelled import expel, open_case
from tests.flows.world import World

pytestmark = pytest.mark.kafka
OPEN: tuple[bool, list[str]] = (True, [])
MANY = 300


async def an_application(world: World, url: str) -> Listing:
    listing = await acts.a_published_listing(world, await acts.an_admitted_provider(world), url)
    await world.settle()
    return listing


async def issue(listing: Listing, **body: Any) -> Answer:
    path = f"/v1/apps/{listing.listing_id}/keys"
    return (await listing.provider.account.post("registry", path, body)).expect(201)


async def access(world: World, key: Answer) -> Answer:
    return (await world.as_("service", "gateway").get("registry", f"/v1/access/{key['app_key']}")).expect(200)


async def wait_until_closed(world: World, key: Answer) -> Answer:
    return await until(
        "the application is closed", lambda: access(world, key), lambda answer: not answer["allowed"], pause=0.005
    )


def said(answer: Any) -> tuple[bool, list[str]]:
    return answer["allowed"], [cause["clause"] for cause in answer["causes"]]


async def told(world: World, listing: Listing) -> list[dict[str, Any]]:
    """What gateways that cache were told of the application, in order."""
    await world.settle()
    rows = await world["registry"].rows(
        "SELECT payload::text FROM event_log WHERE type = 'app_access.changed' AND aggregateid = $1 ORDER BY position",
        listing.listing_id,
    )
    return [json.loads(row["payload"]) for row in rows]


async def fail(world: World, listing: Listing, endpoint: Endpoint) -> Answer:
    """The application is away under all its merchants; the answer is the case that is proposed."""
    officer = world.as_("officer", "officer-1")
    endpoint.kill()
    await acts.wait_for_outage(world, listing, merchants=MANY)
    found = await until(
        "a case is proposed",
        lambda: officer.get("enforcement", "/v1/cases", listing_id=listing.listing_id, status="proposed"),
        lambda answer: bool(answer.status == 200 and answer["items"]),
    )
    return (await officer.get("enforcement", f"/v1/cases/{found['items'][0]['case_id']}")).expect(200)


async def recover(world: World, listing: Listing, endpoint: Endpoint) -> None:
    endpoint.start()
    await acts.wait_for_state(world, listing, "up")
    await world.settle()


async def test_an_application_that_is_cleared_calls_no_more_within_a_second(world: World, endpoint: Endpoint) -> None:
    officer = world.as_("officer", "officer-1")
    listing = await an_application(world, endpoint.url)
    merchants = [world.as_("merchant", f"merchant-{number}") for number in range(MANY)]
    await acts.subscribe_crowd(world, merchants, listing)
    await acts.wait_for_merchants(world, listing, MANY)
    await acts.wait_for_state(world, listing, "up")
    key = await issue(listing)
    for _ in range(2):  # the third time it is cleared
        await acts.confirm(officer, await fail(world, listing, endpoint))
        await recover(world, listing, endpoint)
    assert said(await access(world, key)) == OPEN

    case = await fail(world, listing, endpoint)
    began = perf_counter()
    violation = await acts.confirm(officer, case)
    closed = await wait_until_closed(world, key)
    assert perf_counter() - began < 1
    assert said(closed) == (False, ["6.3.2(4)"])
    assert closed["causes"][0]["decision_id"] == violation["decision_id"]

    first, last = await told(world, listing)
    assert (said(first), said(last), last["version"]) == (OPEN, (False, ["6.3.2(4)"]), closed["version"])
    cleared = next(one for one in violation["penalties"] if one["measure"] == "clear")
    passed = datetime.fromisoformat(last["changed_at"]) - datetime.fromisoformat(cleared["from"])
    assert passed < timedelta(seconds=1)

    filed = await acts.appeal(listing.provider, violation["violation_id"])
    (await acts.overturn(world.as_("officer", "officer-2"), filed)).expect(200)
    await world.settle()
    assert said(await access(world, key)) == OPEN


async def test_no_application_of_an_expelled_provider_calls_any_more_within_a_second(world: World) -> None:
    listing = await an_application(world, "https://www.qingchuan.example/callback")
    key = await issue(listing)
    opens = {"app_key": key["app_key"], "secret": key["secret"]}
    gateway = world.as_("service", "gateway")
    assert said((await gateway.post("registry", "/v1/access", opens)).expect(200)) == OPEN

    case = await open_case(world.as_("officer", "officer-1"), listing.provider)
    await world.settle()
    assert said(await access(world, key)) == OPEN
    violation = await expel(world, case)
    began = perf_counter()
    closed = await wait_until_closed(world, key)
    assert perf_counter() - began < 1
    assert said(closed) == (False, ["6.4"])
    assert said((await gateway.post("registry", "/v1/access", opens)).expect(200)) == (False, ["6.4"])
    refused = await listing.provider.account.post("registry", f"/v1/apps/{listing.listing_id}/keys", {})
    assert (refused.status, refused.code) == (409, "account-blocked")

    filed = await acts.appeal(listing.provider, violation["violation_id"])
    (await acts.overturn(world.as_("officer", "officer-3"), filed)).expect(200)
    assert [said(state) for state in await told(world, listing)] == [OPEN, (False, ["6.4"]), OPEN]


async def test_gateways_hear_by_message_that_a_replaced_key_has_ended(world: World) -> None:
    listing = await an_application(world, "https://www.qingchuan.example/callback")
    old = await issue(listing)
    new = await issue(listing, replaces=old["app_key"], overlap_seconds=3600)
    world.clock.advance(timedelta(hours=1))
    ended = await wait_until_closed(world, old)
    assert said(ended) == (False, ["2.5"])
    assert said(await access(world, new)) == OPEN

    await until(
        "gateways are told",
        lambda: listing.provider.account.get("registry", f"/v1/apps/{listing.listing_id}"),
        lambda answer: bool(answer["version"] == 3),
    )
    keys = [[key["app_key"] for key in state["keys"]] for state in await told(world, listing)]
    assert keys == [[old["app_key"]], [old["app_key"], new["app_key"]], [new["app_key"]]]
