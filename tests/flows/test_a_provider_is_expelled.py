"""Expelled (2.7, 7.2): stopped in the meantime, decided by two officers, in every account, and given back on appeal."""

from typing import Any

import pytest

from deploy.devstack.story import acts
from deploy.devstack.story.acts import Listing, Provider
from deploy.devstack.story.market import Answer, Person
from tests.flows.world import World

pytestmark = pytest.mark.kafka
CALLBACK = "https://www.qingchuan.example/callback"
GROUNDS = {"evidence": "31 次聊天中提供收款码", "reason": "两次处罚后仍继续诱导场外交易", "also": ["payout_hold"]}
SELLING = ["list", "order", "renew"]


async def a_sold_listing(world: World, merchant: Person) -> Listing:
    listing = await acts.a_published_listing(world, await acts.an_admitted_provider(world), CALLBACK)
    await world.settle()
    await acts.buy(world, merchant, listing)
    await world.settle()
    return listing


async def link(world: World, one: Provider, other: Provider) -> Answer:
    """An officer finds out that the accounts are one provider."""
    found = {
        "provider_id": one.provider_id,
        "other_id": other.provider_id,
        "reason": "经排查认定实际控制人为同一人",
        "evidence": "两家企业的最终受益人登记一致",
    }
    linked = (await world.as_("officer", "officer-9").post("registry", "/v1/links", found)).expect(201)
    await world.settle()
    return linked


async def what_is_free(world: World, listing: Listing, merchant: Person) -> dict[str, Any]:
    """What people see of a listing, without changing it for good."""
    stranger = world.as_("merchant", "stranger")
    placed = await acts.order(stranger, listing)
    if placed.status == 201:
        (await stranger.post("orders", f"/v1/orders/{placed['order_id']}/cancellation")).expect(200)
    explained = await world.public.get("catalog", f"/v1/listings/{listing.listing_id}/explanation")
    return {
        "shown": await acts.is_shown(world, listing),
        "order": placed.status,
        "use": (await acts.entitlement(merchant, listing))["usable"],
        "blocked": sorted(effect for effect, said in explained["effects"].items() if said["blocked"]),
    }


async def open_case(officer: Person, provider: Provider) -> Answer:
    charge = {"kind": "expulsion", "act": "off-platform-trade", "clause": "6.4", "provider_id": provider.provider_id}
    said = {name: GROUNDS[name] for name in ("evidence", "reason")}
    return (await officer.post("enforcement", "/v1/cases", charge | said)).expect(201)


async def expel(world: World, case: Answer) -> Answer:
    """One officer recommends, a second one approves; the answer is the violation."""
    first, second = world.as_("officer", "officer-1"), world.as_("officer", "officer-2")
    path = f"/v1/cases/{case['case_id']}"
    recommended = await first.post("enforcement", f"{path}/recommendation", GROUNDS, version=case.version)
    told = {"reason": "情节严重，同意清退"}
    refused = await first.post("enforcement", f"{path}/approval", told, version=recommended.expect(200).version)
    assert (refused.status, refused.code) == (403, "same-officer")
    return (await second.post("enforcement", f"{path}/approval", told, version=recommended.version)).expect(201)


async def test_an_expelled_provider_is_gone_in_every_account_until_an_appeal_overturns_it(world: World) -> None:
    merchant, officer = world.as_("merchant", "merchant-1"), world.as_("officer", "officer-1")
    listing, twin = await a_sold_listing(world, merchant), await a_sold_listing(world, merchant)
    await link(world, listing.provider, twin.provider)
    free = {"shown": True, "order": 201, "use": True, "blocked": []}
    assert await what_is_free(world, listing, merchant) == await what_is_free(world, twin, merchant) == free

    case = await open_case(officer, listing.provider)
    order = {"measures": ["freeze"], "period": "14d", "reason": "商家资金有风险"}
    (await officer.post("enforcement", f"/v1/cases/{case['case_id']}/interim-measures", order)).expect(201)
    await world.settle()
    refused = await acts.order(world.as_("merchant", "stranger"), listing)
    assert (refused.code, refused["clause"], refused["causes"][0]["measure_clause"]) == ("order-blocked", "6.4", "7.3")
    frozen = {"shown": False, "order": 409, "use": True, "blocked": SELLING}
    assert await what_is_free(world, listing, merchant) == await what_is_free(world, twin, merchant) == frozen

    violation = await expel(world, case)
    await world.settle()
    for gone in (listing, twin):
        seen = await what_is_free(world, gone, merchant)
        assert (seen["shown"], seen["order"], seen["use"]) == (False, 409, False)
        assert set(seen["blocked"]) >= {*SELLING, "use", "call_api", "publish"}
        causes = (await acts.entitlement(merchant, gone))["causes"]
        assert {cause["measure_clause"] for cause in causes} == {"2.7"}

    applied = await apply_anew(world, twin.provider)
    assert (applied.code, applied["errors"][0]["pointer"]) == ("identity-barred", "/unified_social_credit_code")

    filed = await acts.appeal(listing.provider, violation["violation_id"])
    for involved in ("officer-1", "officer-2"):
        assert (await acts.overturn(world.as_("officer", involved), filed)).status == 403
    (await acts.overturn(world.as_("officer", "officer-3"), filed)).expect(200)
    await world.settle()
    assert await what_is_free(world, listing, merchant) == await what_is_free(world, twin, merchant) == free
    (await apply_anew(world, twin.provider)).expect(201)


async def apply_anew(world: World, provider: Provider) -> Answer:
    """The same enterprise comes back under another account."""
    newcomer = world.as_("provider", f"{provider.account.subject}-again")
    return await newcomer.post("registry", "/v1/providers", provider.enterprise.application)


async def test_a_dismissed_case_gives_back_what_was_stopped_in_the_meantime(world: World) -> None:
    merchant, officer = world.as_("merchant", "merchant-1"), world.as_("officer", "officer-1")
    listing = await a_sold_listing(world, merchant)
    before = await what_is_free(world, listing, merchant)
    case = await open_case(officer, listing.provider)
    path = f"/v1/cases/{case['case_id']}"
    order = {"measures": ["freeze", "publish_freeze", "payout_hold"], "reason": "商家资金有风险"}
    (await officer.post("enforcement", f"{path}/interim-measures", order)).expect(201)
    await world.settle()
    assert (await acts.order(merchant, listing)).code == "order-blocked"
    dismissal = {"reason": "查无实据"}
    (await officer.post("enforcement", f"{path}/dismissal", dismissal, version=case.version)).expect(200)
    await world.settle()
    assert await what_is_free(world, listing, merchant) == before


async def test_an_account_that_is_linked_after_the_expulsion_is_gone_too_and_comes_back_unlinked(world: World) -> None:
    merchant = world.as_("merchant", "merchant-1")
    listing, twin = await a_sold_listing(world, merchant), await a_sold_listing(world, merchant)
    await expel(world, await open_case(world.as_("officer", "officer-1"), listing.provider))
    await world.settle()
    before = await what_is_free(world, twin, merchant)
    assert before["order"] == 201
    linked = await link(world, listing.provider, twin.provider)
    assert (await what_is_free(world, twin, merchant))["use"] is False
    await undo(world, linked)
    assert await what_is_free(world, twin, merchant) == before


async def undo(world: World, linked: Answer) -> None:
    told, path = {"reason": "受益人同名不同人"}, f"/v1/link-proposals/{linked['link_id']}/reversal"
    (await world.as_("officer", "officer-9").post("registry", path, told, version=linked.version)).expect(200)
    await world.settle()
