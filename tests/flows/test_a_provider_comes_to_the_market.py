"""From an application to a listing that merchants find."""

import pytest

from deploy.devstack.story import acts
from deploy.devstack.story.enterprise import an_enterprise
from tests.flows.world import World

pytestmark = pytest.mark.kafka


async def test_an_admitted_provider_publishes_a_reviewed_listing(world: World) -> None:
    provider = await acts.an_admitted_provider(world)
    listing = await acts.a_published_listing(world, provider, "https://www.qingchuan.example/callback")
    await world.settle()
    assert await acts.is_shown(world, listing)


async def test_nothing_reaches_the_market_before_admission_and_review(world: World) -> None:
    provider, _ = await acts.apply(world, an_enterprise())
    await world.settle()
    content = acts.an_application(provider.enterprise, "https://www.qingchuan.example/callback")
    draft = (await provider.account.post("catalog", "/v1/listings", content)).expect(201)
    early = await provider.account.post("catalog", f"/v1/listings/{draft['listing_id']}/submission")
    assert (early.status, early.code) == (409, "publish-blocked")

    await acts.admit(provider, world.as_("officer", "officer-1"), await acts.sign_agreements(provider))
    await world.settle()
    await acts.submit(provider, draft["listing_id"])
    waiting = (await world.as_("reviewer", "reviewer-1").get("catalog", "/v1/reviews")).expect(200)
    assert [item["listing_id"] for item in waiting["items"]] == [draft["listing_id"]]
    assert (await world.public.get("catalog", f"/v1/market/{draft['listing_id']}")).status == 404


async def test_a_text_that_breaks_a_rule_is_refused_with_its_clause(world: World) -> None:
    provider = await acts.an_admitted_provider(world)
    content = acts.an_application(provider.enterprise, "https://www.qingchuan.example/callback")
    draft = await acts.create_listing(provider, content | {"summary": "全网第一的进销存，加微信详谈。"})
    refused = await provider.account.post("catalog", f"/v1/listings/{draft['listing_id']}/submission")
    assert refused.status in (409, 422)
    assert {finding["clause"] for finding in refused["findings"]} == {"6.1.2(3)", "6.4"}
