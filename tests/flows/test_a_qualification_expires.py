"""A category's qualification expires or is taken by a penalty, and is won back (3.2, 6.5.6, 8.1)."""

from datetime import timedelta
from typing import Any

import pytest

from deploy.devstack.story import acts
from deploy.devstack.story.acts import CATEGORY, Listing, Provider
from deploy.devstack.story.market import Answer, Person, until
from tests.flows.world import World

pytestmark = pytest.mark.kafka
CALLBACK = "https://www.qingchuan.example/callback"
PERIOD = timedelta(days=40)


async def grant(world: World, request: Answer) -> None:
    officer = world.as_("officer", "officer-1")
    path = f"/v1/qualification-requests/{request['request_id']}"
    claimed = (await officer.post("registry", f"{path}/claim", version=request.version)).expect(200)
    body = {"reason": "材料齐全，证书有效"}
    (await officer.post("registry", f"{path}/grant", body, version=claimed.version)).expect(200)


async def a_listing_until(world: World, end: timedelta) -> Listing:
    listing = await acts.a_published_listing(world, await acts.an_admitted_provider(world), CALLBACK)
    body = {"category": CATEGORY, "expires_at": (world.clock() + end).isoformat()}
    path = f"/v1/providers/{listing.provider.provider_id}/qualifications"
    (await world.as_("officer", "officer-1").post("registry", path, body)).expect(201)
    await world.settle()
    return listing


async def wait_for_notices(provider: Provider, kind: str, many: int) -> None:
    async def ask() -> Answer:
        return (await provider.account.get("registry", "/v1/notices")).expect(200)

    await until(
        f"the provider is told {many} × {kind}",
        ask,
        lambda answer: [notice["kind"] for notice in answer["items"]].count(kind) >= many,
    )


async def what_is_blocked(world: World, listing: Listing) -> dict[str, Any]:
    provider = f"/v1/providers/{listing.provider.provider_id}/explanation"
    told = {
        "registry": (await world.public.get("registry", provider, category=CATEGORY)).expect(200),
        "catalog": (await world.public.get("catalog", f"/v1/listings/{listing.listing_id}/explanation")).expect(200),
    }
    return {
        name: sorted(effect for effect, of in said["effects"].items() if of["blocked"]) for name, said in told.items()
    }


async def remind(world: World, provider: Provider) -> None:
    """The reminders go once a minute; here the job is not waited for."""
    for left, many in ((timedelta(days=30), 1), (timedelta(days=7), 2)):
        world.clock.advance(PERIOD - left if many == 1 else timedelta(days=23))
        await run_job(world, "remind_of_expiries")
        await wait_for_notices(provider, "qualification.reminder", many)


async def run_job(world: World, name: str) -> None:
    registry = world["registry"]
    job = next(job for job in registry.service.jobs if job.name == name)
    async with registry.db.transaction() as tx:
        await job.run(tx)


async def refused_clause(merchant: Person, listing: Listing) -> tuple[int, Any, Any]:
    answer = await acts.order(merchant, listing)
    return answer.status, answer.code, answer["clause"]


async def test_an_expired_qualification_takes_its_listings_off_sale_until_it_is_granted_anew(world: World) -> None:
    listing, merchant = await a_listing_until(world, PERIOD), world.as_("merchant", "merchant-1")
    await acts.buy(world, merchant, listing)
    await remind(world, listing.provider)
    assert await acts.is_shown(world, listing)

    world.clock.advance(timedelta(days=7))
    off = ["list", "order", "publish"]
    assert await what_is_blocked(world, listing) == {"registry": off, "catalog": off}
    assert not await acts.is_shown(world, listing)
    assert await refused_clause(world.as_("merchant", "stranger"), listing) == (409, "order-blocked", "3.2")
    assert (await acts.entitlement(merchant, listing))["usable"]
    await wait_for_notices(listing.provider, "qualification.expired", 1)
    await world.settle()
    assert await what_is_blocked(world, listing) == {"registry": off, "catalog": off}

    await grant(world, await acts.request_qualification(listing.provider))
    await world.settle()
    assert await what_is_blocked(world, listing) == {"registry": [], "catalog": []}
    assert await acts.is_shown(world, listing)
    (await acts.order(world.as_("merchant", "stranger"), listing)).expect(201)


async def test_a_category_revoked_by_a_penalty_is_won_back_by_qualifying_anew(world: World) -> None:
    """The registry names what its grant answers; enforcement ends the penalty."""
    listing = await a_listing_until(world, PERIOD)
    violation = await acts.prove(world, "category-access", listing_id=listing.listing_id)
    await world.settle()
    off = ["list", "order", "publish"]
    assert await what_is_blocked(world, listing) == {"registry": off, "catalog": off}
    explained = await world.public.get(
        "registry", f"/v1/providers/{listing.provider.provider_id}/explanation", category=CATEGORY
    )
    causes = explained.expect(200)["effects"]["order"]["causes"]
    assert [(c["source"], c["clause"], c["measure_clause"]) for c in causes] == [("restriction", "6.2.3(3)", "6.5.6")]

    await grant(world, await acts.request_qualification(listing.provider))
    await world.settle()
    assert await what_is_blocked(world, listing) == {"registry": [], "catalog": []}
    (await acts.order(world.as_("merchant", "stranger"), listing)).expect(201)
    path = f"/v1/violations/{violation['violation_id']}"
    penalties = (await world.as_("officer", "officer-1").get("enforcement", path)).expect(200)["penalties"]
    assert [penalty["status"] for penalty in penalties] == ["lifted"]
