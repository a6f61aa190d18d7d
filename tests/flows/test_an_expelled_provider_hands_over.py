"""What an expulsion (7.2) makes of a provider's way out, from its case to the overturned appeal."""

import pytest

from deploy.devstack.story import acts
from deploy.devstack.story.acts import Provider
from deploy.devstack.story.endpoint import Endpoint
from deploy.devstack.story.market import Person
from tests.flows.test_a_provider_is_expelled import expel, open_case
from tests.flows.world import World

pytestmark = pytest.mark.kafka
REASON = {"reason": "公司结束该项业务"}


async def exits(officer: Person, provider: Provider) -> dict[str, str]:
    """The status of each of the provider's exits, by kind."""
    found = (await officer.get("registry", "/v1/exits", provider_id=provider.provider_id)).expect(200)
    return {item["kind"]: item["status"] for item in found["items"]}


async def test_an_expelled_provider_hands_over_and_an_appeal_gives_its_own_exit_back(
    world: World, endpoint: Endpoint
) -> None:
    officer, merchant = world.as_("officer", "officer-9"), world.as_("merchant", "merchant-1")
    provider = await acts.an_admitted_provider(world)
    listing = await acts.a_published_listing(world, provider, endpoint.url)
    await world.settle()
    await acts.buy(world, merchant, listing)
    path = f"/v1/providers/{provider.provider_id}/exit"
    asked = (await provider.account.post("registry", path, REASON)).expect(201)

    case = await open_case(world.as_("officer", "officer-1"), provider)
    await world.settle()
    assert await exits(officer, provider) == {"voluntary": "requested", "expulsion": "proceeding"}
    refused = await officer.post("registry", f"{path}/acceptance", REASON, version=asked.version)
    blockers = {blocker["kind"]: blocker for blocker in refused["blockers"]}
    assert blockers["expulsion"]["links"] == [f"/v1/cases/{case['case_id']}"]

    violation = await expel(world, case)
    await world.settle()
    assert await exits(officer, provider) == {"voluntary": "superseded", "expulsion": "effective"}
    expelled = (await provider.account.get("registry", path)).expect(200)
    assert (expelled["serves_until"], expelled["receipts_due"]) == (None, 1)
    receipt = {"listing_id": listing.listing_id}
    receipts = f"/v1/exits/{expelled['exit_id']}/receipts"
    (await merchant.post("registry", receipts, receipt)).expect(201)

    filed = await acts.appeal(provider, violation["violation_id"])
    (await acts.overturn(world.as_("officer", "officer-3"), filed)).expect(200)
    await world.settle()
    assert await exits(officer, provider) == {"voluntary": "requested", "expulsion": "dropped"}
    back = (await provider.account.get("registry", path)).expect(200)
    (await provider.account.post("registry", f"{path}/withdrawal", REASON, version=back.version)).expect(200)
    await world.settle()
    assert (await acts.order(world.as_("merchant", "merchant-2"), listing)).status == 201
    assert (await acts.entitlement(merchant, listing))["usable"] is True
