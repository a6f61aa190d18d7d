"""A category revoked by a penalty (6.5.6) is won back by a new qualification, and by nothing that came before it."""

import pytest

from deploy.devstack.story import acts
from deploy.devstack.story.acts import CATEGORY, Listing
from deploy.devstack.story.market import Answer
from tests.flows.world import World

pytestmark = pytest.mark.kafka


async def qualify(world: World, listing: Listing) -> Answer:
    path = f"/v1/providers/{listing.provider.provider_id}/qualifications"
    answer = await world.as_("officer", "officer-2").post("registry", path, {"category": CATEGORY})
    await world.settle()
    return answer.expect(201)


async def test_a_new_qualification_gives_back_what_was_revoked_and_the_next_penalty_takes_it_again(
    world: World,
) -> None:
    provider = await acts.an_admitted_provider(world)
    listing = await acts.a_published_listing(world, provider, "https://www.qingchuan.example/callback")
    await world.settle()
    merchant, stranger = world.as_("merchant", "merchant-1"), world.as_("merchant", "stranger")
    await acts.buy(world, merchant, listing)

    for _ in range(2):
        violation = await acts.prove(world, "category-access", listing_id=listing.listing_id)
        await world.settle()
        refused = await acts.order(stranger, listing)
        assert (refused.code, refused["clause"]) == ("order-blocked", "6.2.3(3)")
        assert not await acts.is_shown(world, listing)
        assert (await acts.entitlement(merchant, listing))["usable"] is True

        await qualify(world, listing)
        (await acts.order(stranger, listing)).expect(201)
        assert await acts.is_shown(world, listing)
        (revoked,) = violation["penalties"]
        officer = world.as_("officer", "officer-1")
        ended = (await officer.get("enforcement", f"/v1/penalties/{revoked['penalty_id']}")).expect(200)
        assert (ended["status"], ended["ended_by"]) == ("lifted", "requalification")
        await cancel_orders(world)


async def cancel_orders(world: World) -> None:
    stranger = world.as_("merchant", "stranger")
    for order in (await stranger.get("orders", "/v1/orders")).expect(200)["items"]:
        if order["status"] == "placed":
            (await stranger.post("orders", f"/v1/orders/{order['order_id']}/cancellation")).expect(200)
