"""Monitoring's HTTP interface: what is public, who may set a cause, and how bad input is answered."""

from datetime import timedelta

import pytest

from services.monitoring import store
from services.monitoring.domain.timeline import State
from services.monitoring.tests.builders import AT, LISTING, a_subscription, a_verdict
from services.monitoring.use_cases import measuring
from shared.ids import new_id

FINDING = {"cause": "defect", "evidence": "report 12", "reason": "the release of Monday"}


@pytest.fixture
async def down(followed, react, clock):
    """The listing was up for 10 s, is down since, and one merchant is affected."""
    await react(a_subscription("merchant"))
    for state, after in ((State.UP, 0), (State.DOWN, 10)):
        clock.at = AT + timedelta(seconds=after)
        async with followed.transaction() as tx:
            await measuring.judge_target(tx, a_verdict(state, clock.at), LISTING, leased_by="me")
    return followed


@pytest.fixture
async def public(client_for, down):
    return await client_for("monitoring", down)


@pytest.fixture
async def officer(client_for, down, token):
    return await client_for("monitoring", down, token("officer", "anna"))


async def _outage(client):
    return (await client.get(f"/v1/listings/{LISTING}/outages")).json()["items"][0]


async def test_anybody_sees_how_a_listing_does(public):
    body = (await public.get(f"/v1/targets/{LISTING}")).json()
    assert (body["state"], body["merchants"], body["problem"]) == ("down", 1, "refused")
    assert "url" not in body


async def test_a_target_nobody_looked_at_for_long_reads_unknown(public, clock):
    clock.advance(timedelta(seconds=20))
    body = (await public.get(f"/v1/targets/{LISTING}")).json()
    assert body["state"] == "unknown"
    assert body["since"] == (AT + timedelta(seconds=25)).isoformat().replace("+00:00", "Z")


async def test_outages_are_listed_newest_first_in_pages(public, down, clock):
    for state, after in ((State.UP, 20), (State.DOWN, 30)):
        clock.at = AT + timedelta(seconds=after)
        async with down.transaction() as tx:
            await measuring.judge_target(tx, a_verdict(state, clock.at), LISTING, leased_by="me")
    first = (await public.get(f"/v1/listings/{LISTING}/outages?limit=1")).json()
    second = (await public.get(f"/v1/listings/{LISTING}/outages?limit=1&cursor={first['next']}")).json()
    assert first["items"][0]["ended_at"] is None
    assert second["items"][0]["duration_ms"] == 10_000
    assert second["next"] is None


async def test_availability_shows_what_it_is_computed_from(public):
    since, until = AT.isoformat(), (AT + timedelta(seconds=10)).isoformat()
    answer = await public.get(f"/v1/listings/{LISTING}/availability", params={"since": since, "until": until})
    body = answer.json()
    assert (body["up_ms"], body["down_ms"], body["unknown_ms"]) == (10_000, 0, 0)
    assert body["availability_percent"] == "100.000"
    assert body["is_sufficient"] is True


async def test_the_usual_window_is_seven_days_of_which_most_is_unknown(public, clock):
    clock.advance(timedelta(seconds=10))
    body = (await public.get(f"/v1/listings/{LISTING}/availability")).json()
    assert body["availability_percent"] == "50.000"
    assert body["unknown_ms"] == 7 * 86_400_000 - 20_000
    assert body["is_sufficient"] is False


@pytest.mark.parametrize(
    "query",
    [
        {"since": AT.isoformat(), "until": AT.isoformat()},
        {"since": "2999-01-01T00:00:00Z"},
        {"since": "1999-01-01T00:00:00Z"},
        {"since": "2026-01-01T00:00:00"},
        {"until": "yesterday"},
        {"until": "0001-01-01T00:00:00+14:00"},
        {"since": "9999-12-31T23:59:59-14:00"},
    ],
)
async def test_a_window_that_makes_no_sense_is_refused(public, query):
    answer = await public.get(f"/v1/listings/{LISTING}/availability", params=query)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid"


@pytest.mark.parametrize("path", ["targets/{}", "listings/{}/availability", "outages/{}"])
async def test_what_is_not_there_is_not_found(public, path):
    assert (await public.get("/v1/" + path.format(new_id()))).status_code == 404
    assert (await public.get("/v1/" + path.format("nonsense"))).status_code == 422


async def test_a_listing_without_outages_has_an_empty_list(public):
    assert (await public.get(f"/v1/listings/{new_id()}/outages")).json() == {"items": [], "next": None}


async def test_an_officer_sets_the_cause(officer):
    outage_id = (await _outage(officer))["outage_id"]
    answer = await officer.post(f"/v1/outages/{outage_id}/cause", json=FINDING)
    assert answer.status_code == 200
    assert (answer.json()["cause"], answer.json()["cause_evidence"]) == ("defect", "report 12")
    assert (await officer.get(f"/v1/outages/{outage_id}")).json() == answer.json()


@pytest.mark.parametrize("role", ["provider", "merchant", "reviewer", "auditor", "finance", "service"])
async def test_nobody_else_sets_a_cause(client_for, down, token, role):
    client = await client_for("monitoring", down, token(role))
    assert (await client.post(f"/v1/outages/{new_id()}/cause", json=FINDING)).status_code == 403


async def test_a_stranger_sets_no_cause(public):
    assert (await public.post(f"/v1/outages/{new_id()}/cause", json=FINDING)).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"cause": "bad luck"},
        {"reason": " "},
        {"reason": "a\x00b"},
        {"evidence": ""},
        {"evidence": "x" * 201},
        {"more": 1},
    ],
)
async def test_a_finding_that_is_not_one_is_refused(officer, change):
    answer = await officer.post(f"/v1/outages/{new_id()}/cause", json=FINDING | change)
    assert answer.status_code == 422


async def test_a_cause_needs_an_outage(officer):
    assert (await officer.post(f"/v1/outages/{new_id()}/cause", json=FINDING)).status_code == 404


async def test_evidence_is_given_byte_for_byte_to_officers_only(officer, public, down):
    document, digest = b'{"status":503}', "ab" * 32
    async with down.transaction() as tx:
        await store.add_evidence(tx, [(digest, LISTING, 1, document)])
    assert (await officer.get(f"/v1/evidence/{digest}")).content == document
    assert (await public.get(f"/v1/evidence/{digest}")).status_code == 401
    assert (await officer.get(f"/v1/evidence/{'cd' * 32}")).status_code == 404
    assert (await officer.get("/v1/evidence/nonsense")).status_code == 422
