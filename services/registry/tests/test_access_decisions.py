"""What gateways are answered about an application's calls, and what they are told when that changes."""

import json
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from services.registry.resync import retell_access
from services.registry.store.apps import lock_app
from services.registry.tests.builders import a_cause
from services.registry.tests.calling import TOLD, an_app, blocking, decision, issue, restrict, tell_listing, told
from services.registry.tests.leaving import EXPELLED
from services.registry.use_cases.app_access import tell_access_by_clock
from shared.contracts.effects import Effect
from shared.ids import new_id


@pytest.fixture
async def app(db, clock):
    return await an_app(db)


async def test_an_unknown_key_and_a_wrong_secret_answer_alike(app, as_):
    gateway = await as_("service")
    app_key = (await issue(await as_("provider", "account-1"), app[0])).json()["app_key"]
    answers = [
        await gateway.post("/v1/access", json={"app_key": name, "secret": "wrong"})
        for name in (app_key, "ak_" + "a" * 24)
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert {answer.json()["code"] for answer in answers} == {"wrong-app-secret"}
    assert len({answer.json()["detail"] for answer in answers}) == 1


@pytest.mark.parametrize("kind", ["listing", "provider", "provider_category"])
async def test_whatever_a_penalty_hits_closes_the_application_and_its_end_opens_it(db, app, as_, clock, kind):
    listing_id, provider_id = app
    key = (await issue(await as_("provider", "account-1"), listing_id)).json()["app_key"]
    gateway = await as_("service")
    target, category = (listing_id, "") if kind == "listing" else (provider_id, "erp" if "category" in kind else "")
    cause = blocking(clock, until=clock.at + timedelta(days=1))
    await restrict(db, kind, target, cause, category=category)
    answer = (await gateway.get(f"/v1/access/{key}")).json()
    assert (answer["allowed"], answer["causes"][0]["decision_id"]) == (False, str(cause.decision_id))
    assert answer["valid_until"] is not None
    clock.advance(timedelta(days=1))
    assert (await gateway.get(f"/v1/access/{key}")).json()["allowed"]
    async with db.transaction() as tx:
        await tell_access_by_clock(tx)
    assert await told(db) == [(True, 1, []), (False, 1, ["6.3.2(4)"]), (True, 1, [])]


async def test_gateways_are_told_only_what_changes(db, app, as_, clock):
    await issue(await as_("provider", "account-1"), app[0])
    await restrict(db, "listing", app[0], a_cause(Effect.LIST, Effect.ORDER))
    await restrict(db, "listing", new_id(), blocking(clock))
    await restrict(db, "provider_category", app[1], blocking(clock), category="another")
    assert await told(db) == [(True, 1, [])]


async def test_an_expelled_provider_calls_no_more_and_gets_no_key(db, app, as_, clock):
    provider = await as_("provider", "account-1")
    key = (await issue(provider, app[0])).json()["app_key"]
    await restrict(db, "provider", app[1], EXPELLED)
    answer = (await (await as_("service")).get(f"/v1/access/{key}")).json()
    assert (answer["allowed"], [cause["clause"] for cause in answer["causes"]]) == (False, ["2.7"])
    refused = await issue(provider, app[0], "key-2")
    assert (refused.status_code, refused.json()["code"]) == (409, "account-blocked")


async def test_a_resync_tells_every_application_again(db, app, as_):
    await issue(await as_("provider", "account-1"), app[0])
    async with db.transaction() as tx:
        assert await retell_access(tx, "", 10) == ""
    assert await told(db) == [(True, 1, [])] * 2


async def test_a_gateway_that_polls_gets_a_body_only_when_the_answer_differs(db, app, as_, clock):
    key = (await issue(await as_("provider", "account-1"), app[0])).json()["app_key"]
    gateway = await as_("service")
    first = await gateway.get(f"/v1/access/{key}")
    asking = {"If-None-Match": first.headers["etag"]}
    same = await gateway.get(f"/v1/access/{key}", headers=asking)
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", first.headers["etag"])
    await restrict(db, "listing", app[0], blocking(clock))
    other = await gateway.get(f"/v1/access/{key}", headers=asking)
    assert (other.status_code, other.json()["allowed"]) == (200, False)


async def test_answers_and_events_count_the_same_versions(db, app, as_, clock):
    provider, gateway = await as_("provider", "account-1"), await as_("service")
    key = (await issue(provider, app[0])).json()["app_key"]
    assert (await gateway.get(f"/v1/access/{key}")).json()["version"] == 1
    await restrict(db, "listing", app[0], a_cause(Effect.LIST))
    assert (await provider.get(f"/v1/apps/{app[0]}")).json()["version"] == 1
    await restrict(db, "provider", app[1], blocking(clock))
    assert (await gateway.get(f"/v1/access/{key}")).json()["version"] == 2
    async with db.transaction() as tx:
        await retell_access(tx, "", 10)
    async with db.transaction() as tx:
        last = await tx.driver.fetchval(TOLD + " DESC LIMIT 1")
    assert json.loads(last)["version"] == 2


async def test_an_application_moved_into_a_revoked_category_is_closed(db, app, as_, clock):
    listing_id, provider_id = app
    key = (await issue(await as_("provider", "account-1"), listing_id)).json()["app_key"]
    await restrict(db, "provider_category", provider_id, blocking(clock), category="crm")
    await tell_listing(db, listing_id, provider_id, category="crm")
    assert await decision(await as_("service"), key) == (False, ["6.3.2(4)"])
    assert await told(db) == [(True, 1, []), (False, 1, ["6.3.2(4)"])]


async def test_the_clock_leaves_alone_what_somebody_else_is_changing(db, app, as_, clock):
    provider = await as_("provider", "account-1")
    old = (await issue(provider, app[0])).json()["app_key"]
    await issue(provider, app[0], "key-2", replaces=old, overlap_seconds=60)
    clock.advance(timedelta(minutes=1))
    async with db.transaction() as changing, db.transaction() as tx:
        await lock_app(changing, app[0])
        assert await tell_access_by_clock(tx) == 0
    async with db.transaction() as tx:
        assert await tell_access_by_clock(tx) == 1


async def test_refused_secrets_are_counted(app, as_):
    gateway = await as_("service")
    key = (await issue(await as_("provider", "account-1"), app[0])).json()["app_key"]
    before = counted("unknown-key"), counted("wrong-secret")
    for name in ("ak_" + "a" * 24, key, key):
        await gateway.post("/v1/access", json={"app_key": name, "secret": "guess"})
    assert (counted("unknown-key"), counted("wrong-secret")) == (before[0] + 1, before[1] + 2)


def counted(why):
    return REGISTRY.get_sample_value("app_secrets_refused_total", {"why": why}) or 0
