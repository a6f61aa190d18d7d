"""Keys of applications by HTTP: shown once, replaced, revoked."""

import asyncio
from datetime import timedelta

import pytest

from services.registry.tests.calling import REASON, a_listing, an_app, decision, issue, told
from services.registry.use_cases.app_access import tell_access_by_clock
from shared.contracts.catalog import ListingKind
from shared.ids import new_id


@pytest.fixture
async def app(db, clock):
    return await an_app(db)


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


async def test_keys_that_ended_do_not_gather_in_answers_and_never_hide_a_valid_one(db, app, as_, clock):
    provider = await as_("provider", "account-1")
    first = (await issue(provider, app[0])).json()["app_key"]
    last = (await issue(provider, app[0], "first-0")).json()["app_key"]
    for number in range(1, 26):
        clock.advance(timedelta(minutes=1))
        last = (await issue(provider, app[0], f"next-{number}", replaces=last, overlap_seconds=0)).json()["app_key"]
    shown = (await provider.get(f"/v1/apps/{app[0]}")).json()["keys"]
    assert (len(shown), shown[0]["app_key"], shown[-1]["app_key"]) == (20, first, last)


async def test_a_replaced_key_lives_on_for_the_overlap_and_gateways_hear_of_its_end(db, app, as_, clock):
    provider, gateway = await as_("provider", "account-1"), await as_("service")
    old = (await issue(provider, app[0])).json()["app_key"]
    new = (await issue(provider, app[0], "key-2", replaces=old, overlap_seconds=3600)).json()["app_key"]
    assert [(await gateway.get(f"/v1/access/{key}")).status_code for key in (old, new)] == [200, 200]
    assert (await gateway.get(f"/v1/access/{old}")).json()["valid_until"] is not None
    clock.advance(timedelta(hours=1))
    assert [await decision(gateway, key) for key in (old, new)] == [(False, ["2.5"]), (True, [])]
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
    personal = {"reason": "call 13812345678"}
    assert (await officer.post(f"/v1/apps/{app[0]}/keys/{first}/revocation", json=personal)).status_code == 422
    revoked = await officer.post(f"/v1/apps/{app[0]}/keys/{first}/revocation", json=REASON)
    assert (revoked.status_code, revoked.json()["valid"]) == (200, False)
    assert await decision(await as_("service"), first) == (False, ["2.5"])
    assert (await issue(provider, app[0], "key-4")).status_code == 201


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
    unknown, no_key = "ak_" + "a" * 24, "x"
    for field, wrong in [
        ("replaces", unknown), ("replaces", no_key), ("overlap_seconds", -1), ("overlap_seconds", 2_592_001),
    ]:  # fmt: skip
        answer = await issue(provider, app[0], f"{field}-{wrong}", **{field: wrong})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{field}")
    assert (await (await as_("service")).get("/v1/access/ak_short")).status_code == 422


async def test_a_revoked_key_opens_nothing_even_with_its_secret_and_revoking_it_again_changes_nothing(db, app, as_):
    provider, gateway = await as_("provider", "account-1"), await as_("service")
    shown = (await issue(provider, app[0])).json()
    path = f"/v1/apps/{app[0]}/keys/{shown['app_key']}/revocation"
    first, second = [(await provider.post(path, json=REASON)).json() for _ in range(2)]
    assert first == second
    opened = await gateway.post("/v1/access", json={"app_key": shown["app_key"], "secret": shown["secret"]})
    assert (opened.json()["allowed"], opened.json()["causes"][0]["clause"]) == (False, "2.5")
    assert await told(db) == [(True, 1, []), (True, 0, [])]


async def test_of_keys_that_are_asked_for_at_once_only_two_are_issued(app, as_):
    provider = await as_("provider", "account-1")
    answers = await asyncio.gather(*(issue(provider, app[0], f"key-{number}") for number in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409]
    assert len((await provider.get(f"/v1/apps/{app[0]}")).json()["keys"]) == 2
