"""A new version of an agreement: announced, reminded of, and in the way of publishing until it is signed (3.1)."""

from datetime import timedelta
from typing import Any

import pytest

from deploy.devstack.story import acts
from deploy.devstack.story.acts import Listing, Provider
from deploy.devstack.story.market import Answer, until
from tests.flows.world import World

pytestmark = pytest.mark.kafka
CALLBACK = "https://www.qingchuan.example/callback"
VERSION = "2099-01"


async def announce(world: World, days: int) -> None:
    body = {
        "agreement": "service",
        "version": VERSION,
        "title": "快手服务市场服务协议",
        "text": "一、本协议由服务市场与服务商订立，自生效之日起适用。",
        "in_force_at": (world.clock() + timedelta(days=days)).isoformat(),
        "reason": "根据新规修订",
    }
    (await world.as_("officer", "officer-1").post("registry", "/v1/agreements", body)).expect(201)


async def wait_for_notice(provider: Provider, kind: str) -> None:
    async def ask() -> Answer:
        return (await provider.account.get("registry", "/v1/notices")).expect(200)

    await until(f"the provider is told: {kind}", ask, lambda answer: kind in [n["kind"] for n in answer["items"]])


async def may_publish(world: World, listing: Listing) -> dict[str, Any]:
    """What stands in the way of publishing, as the registry and the catalog see it."""
    provider = f"/v1/providers/{listing.provider.provider_id}/explanation"
    told = {
        "registry": (await world.public.get("registry", provider)).expect(200),
        "catalog": (await world.public.get("catalog", f"/v1/listings/{listing.listing_id}/explanation")).expect(200),
    }
    return {name: [cause["clause"] for cause in said["effects"]["publish"]["causes"]] for name, said in told.items()}


async def test_who_has_not_signed_the_new_version_by_its_date_publishes_nothing_until_it_does(world: World) -> None:
    listing = await acts.a_published_listing(world, await acts.an_admitted_provider(world), CALLBACK)
    await world.settle()
    await announce(world, days=10)
    await wait_for_notice(listing.provider, "agreement.announced")
    world.clock.advance(timedelta(days=7))
    await wait_for_notice(listing.provider, "agreement.reminder")
    await world.settle()
    assert await may_publish(world, listing) == {"registry": [], "catalog": []}

    world.clock.advance(timedelta(days=3))
    await wait_for_notice(listing.provider, "agreement.in_force")
    await world.settle()
    assert await may_publish(world, listing) == {"registry": ["3.1"], "catalog": ["3.1"]}
    assert await acts.is_shown(world, listing)
    refused = await listing.provider.account.post("catalog", f"/v1/listings/{listing.listing_id}/submission")
    assert refused.status == 409

    await acts.sign_agreements(listing.provider)
    await world.settle()
    assert await may_publish(world, listing) == {"registry": [], "catalog": []}
    path = f"/v1/providers/{listing.provider.provider_id}/signatures"
    signed = (await listing.provider.account.get("registry", path)).expect(200)["items"]
    assert signed[-1]["version"] == VERSION
