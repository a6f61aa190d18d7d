"""Keys of applications by HTTP, what gateways are answered, and what they are told."""

import json
from datetime import timedelta

import pytest

from services.registry.resync import retell_access
from services.registry.tests.builders import a_cause
from services.registry.tests.leaving import EXPELLED, an_admitted, hear
from services.registry.use_cases.app_access import tell_access_by_clock
from shared.contracts.catalog import ListingKind, ListingLifecycle, ListingPublished
from shared.contracts.effects import Effect, Target
from shared.contracts.enforcement import RestrictionChanged
from shared.ids import new_id

REASON = {"reason": "the secret was seen in a log"}


@pytest.fixture
async def app(db, clock):
    """A live application of account-1: (listing_id, provider_id)."""
    provider_id = await an_admitted(db)
    return await a_listing(db, provider_id), provider_id


async def a_listing(db, provider_id, kind=ListingKind.APPLICATION):
    listing_id = new_id()
    await hear(
        db,
        ListingPublished(
            listing_id=listing_id, provider_id=provider_id, kind=kind, category="erp", name="An application",
            callback_url="", plans=(), lifecycle=ListingLifecycle.LIVE, version=1, published_at=db.clock(),
        ),
    )  # fmt: skip
    return listing_id


async def restrict(db, kind, target_id, *causes, category=""):
    target = Target(kind=kind, id=target_id, category=category)
    await hear(db, RestrictionChanged(target_key=target.key, target=target, causes=causes))


def blocking(clock, **values):
    return a_cause(Effect.CALL_API, Effect.USE, measure="clear", **({"from_": clock.at} | values))


async def issue(client, app_id, key="key-1", **body):
    return await client.post(f"/v1/apps/{app_id}/keys", json=body, headers={"Idempotency-Key": key})


async def told(db):
    """What gateways were told, in order: (allowed, how many keys, clauses)."""
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT payload FROM outbox WHERE type = 'app_access.changed' ORDER BY position")
    states = [json.loads(row["payload"]) for row in rows]
    return [(s["allowed"], len(s["keys"]), [cause["clause"] for cause in s["causes"]]) for s in states]


async def test_the_secret_is_shown_once_and_kept_nowhere(db, app, as_):
    provider, gateway = await as_("provider", "account-1"), await as_("service")
    shown = await issue(provider, app[0])
    assert (shown.status_code, shown.headers["cache-control"]) == (201, "no-store")
    secret = shown.json()["secret"]
    again = await issue(provider, app[0])
    assert again.json() == shown.json() | {"secret": ""}
    opened = await gateway.post("/v1/access", json={"app_key": shown.json()["app_key"], "secret": secret})
    assert (opened.status_code, opened.json()["allowed"]) == (200, True)
    async with db.transaction() as tx:
        for table in ("app_key", "app_access", "idempotency", "audit", "outbox"):
            kept = await tx.driver.fetchval(f"SELECT coalesce(string_agg(t::text, ''), '') FROM {table} t")
            assert kept
            assert secret not in kept
    assert secret not in (await provider.get(f"/v1/apps/{app[0]}")).text


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


async def test_a_replaced_key_lives_on_for_the_overlap_and_gateways_hear_of_its_end(db, app, as_, clock):
    provider, gateway = await as_("provider", "account-1"), await as_("service")
    old = (await issue(provider, app[0])).json()["app_key"]
    new = (await issue(provider, app[0], "key-2", replaces=old, overlap_seconds=3600)).json()["app_key"]
    assert [(await gateway.get(f"/v1/access/{key}")).status_code for key in (old, new)] == [200, 200]
    clock.advance(timedelta(hours=1))
    assert [(await gateway.get(f"/v1/access/{key}")).status_code for key in (old, new)] == [404, 200]
    async with db.transaction() as tx:
        assert await tell_access_by_clock(tx) == 1
    async with db.transaction() as tx:
        assert await tell_access_by_clock(tx) == 0
    assert await told(db) == [(True, 1, []), (True, 2, []), (True, 1, [])]


async def test_a_third_key_is_refused_until_one_is_revoked(app, as_):
    provider, officer = await as_("provider", "account-1"), await as_("officer")
    first = (await issue(provider, app[0])).json()["app_key"]
    await issue(provider, app[0], "key-2")
    refused = await issue(provider, app[0], "key-3")
    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-app-keys")
    revoked = await officer.post(f"/v1/apps/{app[0]}/keys/{first}/revocation", json=REASON)
    assert (revoked.status_code, revoked.json()["valid"]) == (200, False)
    assert (await (await as_("service")).get(f"/v1/access/{first}")).status_code == 404
    assert (await issue(provider, app[0], "key-4")).status_code == 201


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
    assert answer["holds_until"] is not None
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


async def test_keys_are_the_providers_own_and_decisions_are_for_gateways(db, app, as_):
    mine, stranger = await as_("provider", "account-1"), await as_("provider", "account-2")
    key = (await issue(mine, app[0])).json()["app_key"]
    assert (await issue(stranger, app[0])).status_code == 404
    assert (await stranger.get(f"/v1/apps/{app[0]}")).status_code == 404
    assert (await stranger.post(f"/v1/apps/{app[0]}/keys/{key}/revocation", json=REASON)).status_code == 404
    assert (await mine.get(f"/v1/access/{key}")).status_code == 403
    assert (await (await as_("")).get(f"/v1/access/{key}")).status_code == 401


async def test_what_cannot_be_is_refused_with_its_field(db, app, as_):
    provider = await as_("provider", "account-1")
    service = await a_listing(db, app[1], ListingKind.SERVICE)
    assert (await issue(provider, service)).json()["code"] == "no-application"
    assert (await issue(provider, new_id())).status_code == 404
    for number, body in enumerate(
        [{"replaces": "ak_" + "a" * 24}, {"replaces": "x"}, {"overlap_seconds": -1}, {"overlap_seconds": 2_592_001}]
    ):
        answer = await issue(provider, app[0], f"bad-{number}", **body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{next(iter(body))}")
    assert (await (await as_("service")).get("/v1/access/ak_short")).status_code == 422
