"""What went live under a publish freeze not heard of yet is taken back, and comes again when it ends (6.5.3)."""

import pytest

from deploy.devstack.story import acts
from tests.flows.world import World

pytestmark = pytest.mark.kafka


async def test_a_listing_that_went_live_under_a_freeze_is_withdrawn_until_the_freeze_is_overturned(
    world: World,
) -> None:
    provider = await acts.an_admitted_provider(world)
    await world.settle()
    await world["catalog"].stop()  # the news travels slowly
    violation = await acts.prove(world, "abused-reviews", provider_id=provider.provider_id)
    listing = await acts.a_published_listing(world, provider, "https://www.qingchuan.example/callback")
    assert await acts.is_shown(world, listing)

    await world["catalog"].start()
    await world.settle()
    merchant, path = world.as_("merchant", "merchant-1"), f"/v1/listings/{listing.listing_id}"
    assert not await acts.is_shown(world, listing)
    assert (await acts.order(merchant, listing)).code == "order-blocked"
    why = (await world.public.get("catalog", f"{path}/explanation")).expect(200)
    assert why["lifecycle"] == "withdrawn"
    assert {cause["decision_id"] for cause in why["effects"]["publish"]["causes"]} == {violation["decision_id"]}

    filed = await acts.appeal(provider, violation["violation_id"])
    (await acts.overturn(world.as_("officer", "officer-2"), filed)).expect(200)
    await world.settle()
    assert await acts.is_shown(world, listing)
    (await acts.order(merchant, listing)).expect(201)
