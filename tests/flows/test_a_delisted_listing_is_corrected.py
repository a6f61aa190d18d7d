"""What took a listing off the market (6.5.2) ends when a review passes its correction, and nothing else of it does."""

import pytest

from deploy.devstack.story import acts
from deploy.devstack.story.acts import Listing
from deploy.devstack.story.market import Answer
from tests.flows.world import World

pytestmark = pytest.mark.kafka


async def correct(world: World, listing: Listing) -> Answer:
    """The provider hands in what the penalty asks for; a reviewer has not seen it yet."""
    account, path = listing.provider.account, f"/v1/listings/{listing.listing_id}"
    now = (await account.get("catalog", path)).expect(200)
    content = await acts.an_application(listing.provider, "https://www.qingchuan.example/callback")
    content |= {"summary": "订单与库存同步，按小时更新。"}
    (await account.put("catalog", f"{path}/draft", content, version=now.version)).expect(200)
    return await acts.submit(listing.provider, listing.listing_id)


async def test_a_passed_correction_puts_a_delisted_listing_back_on_the_market(world: World) -> None:
    provider = await acts.an_admitted_provider(world)
    listing = await acts.a_published_listing(world, provider, "https://www.qingchuan.example/callback")
    await world.settle()
    merchant, stranger = world.as_("merchant", "merchant-1"), world.as_("merchant", "stranger")
    await acts.buy(world, merchant, listing)

    violation = await acts.prove(world, "absolute-wording", listing_id=listing.listing_id)
    await world.settle()
    refused = await acts.order(stranger, listing)
    assert (refused.code, refused["clause"]) == ("order-blocked", "6.1.2(3)")
    assert not await acts.is_shown(world, listing)
    (await acts.renew(merchant, listing)).expect(201)

    submitted = await correct(world, listing)
    await world.settle()
    assert (await acts.order(stranger, listing)).code == "order-blocked", "handing it in is not enough"
    await acts.approve(world, listing.listing_id, submitted)
    await world.settle()
    (await acts.order(stranger, listing)).expect(201)
    assert await acts.is_shown(world, listing)

    (delisted,) = violation["penalties"]
    officer = world.as_("officer", "officer-1")
    ended = (await officer.get("enforcement", f"/v1/penalties/{delisted['penalty_id']}")).expect(200)
    assert (ended["status"], ended["ended_by"]) == ("lifted", "review")
