"""The HTTP contract of cases, violations, penalties and appeals."""

import asyncio

from services.enforcement.tests.asking import (
    CONFIRMATION,
    LISTING,
    PROVIDER,
    REASON,
    appeal,
    assert_problem,
    confirm,
    explained,
    if_match,
    once,
)
from services.enforcement.tests.builders import an_outage, hear


async def test_from_the_case_to_the_overturned_appeal(anna, bela, acme, public, case_id):
    before = await explained(public)
    violation = await confirm(anna, case_id)
    (penalty,) = violation["penalties"]
    assert (penalty["measure"], penalty["clause"], penalty["measure_clause"]) == ("freeze", "6.3.2(4)", "6.5.4")
    during = await explained(public)
    assert {effect for effect, answer in during.items() if answer["blocked"]} == {"list", "order", "renew"}
    (cause,) = during["order"]["causes"]
    assert cause["decision_id"] == violation["decision_id"]
    assert (cause["clause"], cause["from"], cause["until"]) == ("6.3.2(4)", penalty["from"], penalty["until"])
    appeal_id = await appeal(acme, violation["violation_id"])
    decided = await bela.post(
        f"/v1/appeals/{appeal_id}/decision", json={"outcome": "overturn", **REASON}, headers=if_match(1)
    )
    assert decided.json()["status"] == "overturned"
    assert await explained(public) == before
    assert (await acme.get(f"/v1/violations/{violation['violation_id']}")).json()["status"] == "overturned"


async def test_the_case_shows_its_facts_trace_and_decisions(anna, case_id):
    answer = await anna.get(f"/v1/cases/{case_id}")
    assert answer.headers["etag"] == '"v1"'
    case = answer.json()
    assert (case["status"], case["facts"]["cause"], case["trace"]["verdict"]) == ("proposed", None, "insufficient-data")
    await confirm(anna, case_id)
    case = (await anna.get(f"/v1/cases/{case_id}")).json()
    assert case["version"] == 2
    (decision,) = case["decisions"]
    assert (decision["kind"], decision["decided_by"], decision["trace"]["verdict"]) == ("confirmation", "anna", "match")


async def test_the_queue_is_filtered_and_paged(anna, market, clock):
    for _ in range(3):
        await hear(market, an_outage(started_at=clock.at, provider_id=PROVIDER.provider_id))
    await hear(market, an_outage(started_at=clock.at, listing_id=LISTING.listing_id))
    pages: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await anna.get("/v1/cases", params={"limit": 3, "status": "proposed", **cursor})).json()
        pages.append(len(page["items"]))
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert pages == [3, 1]
    of_listing = (await anna.get("/v1/cases", params={"listing_id": str(LISTING.listing_id)})).json()["items"]
    assert [case["listing_id"] for case in of_listing] == [str(LISTING.listing_id)]
    of_provider = (await anna.get("/v1/cases", params={"provider_id": str(PROVIDER.provider_id)})).json()["items"]
    assert len(of_provider) == 3
    assert (await anna.get("/v1/cases", params={"status": "confirmed"})).json()["items"] == []


async def test_the_second_officer_is_told_that_the_case_changed(anna, bela, case_id):
    path = f"/v1/cases/{case_id}/confirmation"
    answers = await asyncio.gather(
        anna.post(path, json=CONFIRMATION, headers=if_match(1)), bela.post(path, json=CONFIRMATION, headers=if_match(1))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 412]
    assert_problem(await bela.post(path, json=CONFIRMATION, headers=if_match(2)), 409, "case-decided")
    dismissal = await bela.post(f"/v1/cases/{case_id}/dismissal", json=REASON, headers=if_match(2))
    assert_problem(dismissal, 409, "case-decided")


async def test_a_dismissed_case_is_closed(anna, case_id):
    answer = await anna.post(f"/v1/cases/{case_id}/dismissal", json=REASON, headers=if_match(1))
    assert (answer.json()["status"], answer.headers["etag"]) == ("dismissed", '"v2"')
    answer = await anna.post(f"/v1/cases/{case_id}/confirmation", json=CONFIRMATION, headers=if_match(2))
    assert_problem(answer, 409, "case-decided")


async def test_a_confirmation_without_proof_says_what_is_missing(anna, case_id):
    body = {"evidence": "none", "reason": "a feeling"}
    problem = assert_problem(
        await anna.post(f"/v1/cases/{case_id}/confirmation", json=body, headers=if_match(1)), 409, "act-not-proven"
    )
    assert (problem["clause"], problem["missing"]) == ("6.3.2(4)", ["cause"])


async def test_the_confirming_officer_may_not_decide_the_appeal(anna, acme, case_id):
    violation = await confirm(anna, case_id)
    appeal_id = await appeal(acme, violation["violation_id"])
    body = {"outcome": "uphold", **REASON}
    answer = await anna.post(f"/v1/appeals/{appeal_id}/decision", json=body, headers=if_match(1))
    assert_problem(answer, 403, "same-officer")


async def test_a_decided_appeal_stays_decided(anna, bela, acme, case_id):
    violation = await confirm(anna, case_id)
    appeal_id = await appeal(acme, violation["violation_id"])
    path = f"/v1/appeals/{appeal_id}/decision"
    body = {"outcome": "uphold", **REASON}
    assert (await bela.post(path, json=body, headers=if_match(1))).headers["etag"] == '"v2"'
    assert_problem(await bela.post(path, json=body, headers=if_match(1)), 412, "stale-version")
    assert_problem(await bela.post(path, json=body, headers=if_match(2)), 409, "appeal-decided")
    again = await acme.post(
        f"/v1/violations/{violation['violation_id']}/appeals", json={"text": "Please"}, headers=once()
    )
    assert_problem(again, 409, "not-appealable")


async def test_appeals_are_listed_for_officers_and_for_their_provider(anna, acme, as_, case_id):
    violation = await confirm(anna, case_id)
    appeal_id = await appeal(acme, violation["violation_id"])
    other = await as_("provider", "other")
    assert [a["appeal_id"] for a in (await anna.get("/v1/appeals?status=filed")).json()["items"]] == [appeal_id]
    assert [a["appeal_id"] for a in (await acme.get("/v1/appeals")).json()["items"]] == [appeal_id]
    assert (await other.get("/v1/appeals")).json()["items"] == []
    assert (await acme.get(f"/v1/appeals/{appeal_id}")).headers["etag"] == '"v1"'
    assert_problem(await other.get(f"/v1/appeals/{appeal_id}"), 404, "not-found")


async def test_the_same_appeal_sent_twice_is_one_appeal(anna, acme, case_id):
    violation = await confirm(anna, case_id)
    path, key = f"/v1/violations/{violation['violation_id']}/appeals", once()
    first = await acme.post(path, json={"text": "It was not us"}, headers=key)
    second = await acme.post(path, json={"text": "It was not us"}, headers=key)
    assert first.json() == second.json()
    assert first.headers["location"] == f"/v1/appeals/{first.json()['appeal_id']}"
    assert_problem(await acme.post(path, json={"text": "Else"}, headers=key), 422, "idempotency-key-reused")
    assert_problem(await acme.post(path, json={"text": "Else"}), 400, "idempotency-key-required")


async def test_a_lifted_penalty_blocks_no_more(anna, public, case_id):
    (penalty,) = (await confirm(anna, case_id))["penalties"]
    path = f"/v1/penalties/{penalty['penalty_id']}/lift"
    assert_problem(await anna.post(path, json=REASON), 428, "version-required")
    answer = await anna.post(path, json=REASON, headers=if_match(1))
    assert (answer.json()["status"], answer.headers["etag"]) == ("lifted", '"v2"')
    assert not any(answer["blocked"] for answer in (await explained(public)).values())
    assert_problem(await anna.post(path, json=REASON, headers=if_match(1)), 412, "stale-version")
    assert_problem(await anna.post(path, json=REASON, headers=if_match(2)), 409, "penalty-ended")


async def test_penalties_and_violations_are_the_provider_s_own(anna, acme, as_, case_id):
    violation = await confirm(anna, case_id)
    (penalty,) = violation["penalties"]
    other = await as_("provider", "other")
    listing = {"listing_id": str(LISTING.listing_id)}
    for client, seen in ((anna, 1), (acme, 1), (other, 0)):
        assert len((await client.get("/v1/violations", params=listing)).json()["items"]) == seen
        assert len((await client.get("/v1/penalties", params=listing)).json()["items"]) == seen
    assert (await acme.get(f"/v1/penalties/{penalty['penalty_id']}")).json()["ends"] == ["appeal", "lift", "period"]
    assert_problem(await other.get(f"/v1/penalties/{penalty['penalty_id']}"), 404, "not-found")
    assert_problem(await other.get(f"/v1/violations/{violation['violation_id']}"), 404, "not-found")
    body = {"text": "I am curious"}
    path = f"/v1/violations/{violation['violation_id']}/appeals"
    assert_problem(await other.post(path, json=body, headers=once()), 404, "not-found")
