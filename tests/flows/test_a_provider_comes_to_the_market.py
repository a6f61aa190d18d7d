"""From an application to a listing that merchants find."""

import json

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
    content = await acts.an_application(provider, "https://www.qingchuan.example/callback")
    draft = (await provider.account.post("catalog", "/v1/listings", content)).expect(201)
    early = await provider.account.post("catalog", f"/v1/listings/{draft['listing_id']}/submission")
    assert (early.status, early.code) == (409, "publish-blocked")

    await acts.admit(provider, world.as_("officer", "officer-1"), await acts.submit_application(provider))
    await world.settle()
    await acts.submit(provider, draft["listing_id"])
    waiting = (await world.as_("reviewer", "reviewer-1").get("catalog", "/v1/reviews")).expect(200)
    assert [item["listing_id"] for item in waiting["items"]] == [draft["listing_id"]]
    assert (await world.public.get("catalog", f"/v1/market/{draft['listing_id']}")).status == 404


async def test_a_text_that_breaks_a_rule_is_refused_with_its_clause(world: World) -> None:
    provider = await acts.an_admitted_provider(world)
    content = await acts.an_application(provider, "https://www.qingchuan.example/callback")
    draft = await acts.create_listing(provider, content | {"summary": "全网第一的进销存，加微信详谈。"})
    refused = await provider.account.post("catalog", f"/v1/listings/{draft['listing_id']}/submission")
    assert refused.status in (409, 422)
    in_summary = {finding["clause"] for finding in refused["findings"] if finding["field"] == "summary"}
    assert in_summary == {"6.1.2(3)", "6.4"}


async def test_an_application_is_sent_back_corrected_and_admitted(world: World) -> None:
    officer = world.as_("officer", "officer-1")
    provider, _ = await acts.apply(world, an_enterprise())
    path = f"/v1/providers/{provider.provider_id}"
    submitted = await acts.submit_application(provider)
    queue = (await officer.get("registry", "/v1/applications")).expect(200)
    assert [item["provider_id"] for item in queue["items"]] == [provider.provider_id]
    objection = {"field": "support_contact.phone", "reason": "电话无人接听"}
    body = {"objections": [objection]}
    sent_back = (await officer.post("registry", f"{path}/change-requests", body, version=submitted.version)).expect(200)

    form = provider.enterprise.application
    form.pop("unified_social_credit_code")
    form["support_contact"]["phone"] = "0571-88886666"
    restated = await provider.account.put("registry", f"{path}/profile", form, version=sent_back.version)
    again = await provider.account.post("registry", f"{path}/submission", version=restated.expect(200).version)
    assert again.expect(200)["application"]["round"] == 2
    admitted = await acts.admit(provider, officer, again)
    assert (admitted["standing"], admitted["missing"]) == ("admitted", [])
    await world.settle()
    told = await world["registry"].rows("SELECT type, payload::text FROM event_log")
    outcomes = [json.loads(row["payload"])["outcome"] for row in told if row["type"] == "application.decided"]
    assert sorted(outcomes) == ["admitted", "changes_requested"]
    secrets = (provider.enterprise.identity_number, provider.enterprise.account_number, "0571-88886666")
    assert [secret for secret in secrets if secret in str(told)] == []
