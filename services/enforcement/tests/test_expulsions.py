"""Expelling a provider (2.7, 7.2): opened by an officer, measures in the meantime (7.3), decided by two."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from services.enforcement.domain.appeal import Outcome
from services.enforcement.domain.errors import ExpelledAlready, SameOfficer
from services.enforcement.tests.acting import appeal, charge, decide, expel, held, order
from services.enforcement.tests.asking import PROVIDER, REASON, assert_problem, if_match, once
from services.enforcement.tests.builders import told
from shared.errors import Refusal
from shared.ids import new_id

OWN = PROVIDER.provider_id
CHARGE: dict[str, Any] = {
    "kind": "expulsion",
    "provider_id": str(OWN),
    "act": "off-platform-trade",
    "clause": "6.4",
    "evidence": "Payment codes in 31 chats",
    "reason": "It goes on after two penalties",
}
GROUNDS = {"evidence": "31 chats", "reason": "grave"}
INTERIM = {"measures": ["freeze", "payout_hold"], "period": "14d", "reason": "Merchants are at risk"}


async def opened(officer: httpx2.AsyncClient, **varies: Any) -> dict[str, Any]:
    answer = await officer.post("/v1/cases", json=CHARGE | varies, headers=once())
    assert answer.status_code == 201, answer.text
    case: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/cases/{case['case_id']}"
    return case


async def blocked(public: httpx2.AsyncClient) -> set[str]:
    effects = (await public.get(f"/v1/explanations/provider/{OWN}")).json()["effects"]
    return {effect for effect, said in effects.items() if said["blocked"]}


async def test_from_the_opened_case_to_the_overturned_appeal(anna, bela, acme, as_, public):
    cora = await as_("officer", "cora")
    case = await opened(anna)
    assert (case["kind"], case["status"], case["clause"], case["version"]) == ("expulsion", "open", "6.4", 1)
    path = f"/v1/cases/{case['case_id']}"
    ordered = await anna.post(f"{path}/interim-measures", json=INTERIM, headers=once())
    freeze, hold = ordered.json()["items"]
    assert (freeze["measure"], freeze["measure_clause"], freeze["interim"]) == ("freeze", "7.3", True)
    assert (freeze["ends"], hold["violation_id"]) == (["case", "period"], None)
    assert await blocked(public) == {"list", "order", "renew", "settle"}

    refused = await anna.post(f"{path}/confirmation", json=GROUNDS, headers=if_match(1))
    assert_problem(refused, 409, "needs-approval")
    recommended = await anna.post(
        f"{path}/recommendation", json=GROUNDS | {"also": ["payout_hold"]}, headers=if_match(1)
    )
    assert (recommended.json()["status"], recommended.json()["recommended_by"]) == ("recommended", "anna")
    assert await blocked(public) == {"list", "order", "renew", "settle"}
    assert_problem(await anna.post(f"{path}/approval", json=REASON, headers=if_match(2)), 403, "same-officer")
    approved = await bela.post(f"{path}/approval", json=REASON, headers=if_match(2))
    assert approved.status_code == 201, approved.text
    expelled, hold = approved.json()["penalties"]
    assert (expelled["measure"], expelled["measure_clause"], expelled["until"]) == ("expel", "2.7", None)
    assert len(await blocked(public)) == 8
    closed = (await anna.get(path)).json()
    assert {item["ended_by"] for item in closed["interim_measures"]} == {"case"}
    assert [decision["kind"] for decision in closed["decisions"]] == ["interim", "recommendation", "confirmation"]

    assert (await bela.post(f"/v1/penalties/{hold['penalty_id']}/lift", json=REASON, headers=if_match(1))).is_success
    violation_id = approved.json()["violation_id"]
    filed = await acme.post(f"/v1/violations/{violation_id}/appeals", json={"text": "No"}, headers=once())
    decision, path = {"outcome": "overturn", **REASON}, f"/v1/appeals/{filed.json()['appeal_id']}/decision"
    for officer in (anna, bela):
        assert_problem(await officer.post(path, json=decision, headers=if_match(1)), 403, "same-officer")
    assert (await cora.post(path, json=decision, headers=if_match(1))).is_success
    assert await blocked(public) == set()


async def test_an_expulsion_takes_the_place_of_what_was_ordered_without_a_gap(at_noon):
    case_id = await charge(at_noon, "off-platform-trade", OWN)
    await order(at_noon, case_id, "freeze", "publish_freeze")
    await expel(at_noon, case_id)
    words = [[cause["measure"] for cause in word["causes"]] for word in await told(at_noon, "restriction.changed")]
    assert words == [["freeze", "publish_freeze"], ["expel"]]


async def test_an_overturned_expulsion_gives_everything_back(at_noon):
    violation_id, _ = await expel(at_noon, await charge(at_noon, "off-platform-trade", OWN), "payout_hold")
    assert await held(at_noon, OWN) == ["expel", "payout_hold"]
    with pytest.raises(SameOfficer):
        await decide(at_noon, await appeal(at_noon, violation_id), Outcome.OVERTURN, officer="anna")
    async with at_noon.transaction() as tx:
        appeal_id = await tx.driver.fetchval("SELECT appeal_id FROM appeal")
    await decide(at_noon, appeal_id, Outcome.OVERTURN, officer="cora")
    assert await held(at_noon, OWN) == []


async def test_a_case_is_told_from_its_opening_to_its_end(at_noon):
    case_id = await charge(at_noon, "off-platform-trade", OWN)
    await expel(at_noon, case_id)
    words = await told(at_noon, "case.changed")
    assert [(word["kind"], word["status"]) for word in words] == [("expulsion", "open"), ("expulsion", "confirmed")]
    assert (words[0]["decided_at"], words[1]["decided_at"]) == (None, "2026-03-02T12:00:00Z")


async def test_a_dismissed_expulsion_ends_what_was_ordered(anna, public):
    case = await opened(anna)
    path = f"/v1/cases/{case['case_id']}"
    await anna.post(f"{path}/interim-measures", json=INTERIM, headers=once())
    assert await blocked(public)
    assert (await anna.post(f"{path}/dismissal", json=REASON, headers=if_match(1))).json()["status"] == "dismissed"
    assert await blocked(public) == set()
    again = await anna.post(f"{path}/interim-measures", json=INTERIM, headers=once())
    assert_problem(again, 409, "case-decided")


async def test_a_second_officer_may_give_a_recommendation_back(anna, bela, public):
    path = f"/v1/cases/{(await opened(anna))['case_id']}"
    await anna.post(f"{path}/interim-measures", json=INTERIM, headers=once())
    assert_problem(await bela.post(f"{path}/return", json=REASON, headers=if_match(1)), 409, "not-recommended")
    assert_problem(await bela.post(f"{path}/approval", json=REASON, headers=if_match(1)), 409, "not-recommended")
    await anna.post(f"{path}/recommendation", json=GROUNDS, headers=if_match(1))
    assert_problem(await anna.post(f"{path}/return", json=REASON, headers=if_match(2)), 403, "same-officer")
    again = await anna.post(f"{path}/recommendation", json=GROUNDS, headers=if_match(2))
    assert_problem(again, 409, "case-decided")
    assert (await bela.post(f"{path}/return", json=REASON, headers=if_match(2))).json()["status"] == "open"
    assert "order" in await blocked(public)
    assert (await bela.post(f"{path}/recommendation", json=GROUNDS, headers=if_match(3))).is_success
    assert (await anna.post(f"{path}/approval", json=REASON, headers=if_match(4))).status_code == 201


async def test_an_interim_measure_lapses_by_itself_and_a_second_officer_may_extend_it(anna, bela, public, clock):
    path = f"/v1/cases/{(await opened(anna))['case_id']}"
    ordered = (await anna.post(f"{path}/interim-measures", json=INTERIM, headers=once())).json()["items"]
    extension = f"/v1/penalties/{ordered[0]['penalty_id']}/extension"
    more = {"period": "20d", "reason": "The bank has not answered"}
    assert_problem(await anna.post(extension, json=more, headers=if_match(1)), 403, "same-officer")
    too_long = assert_problem(
        await bela.post(extension, json=more | {"period": "31d"}, headers=if_match(1)), 422, "invalid"
    )
    assert too_long["errors"][0]["pointer"] == "/period"
    clock.advance(timedelta(days=13))
    assert (await bela.post(extension, json=more, headers=if_match(1))).headers["etag"] == '"v2"'
    assert_problem(await bela.post(extension, json=more, headers=if_match(2)), 403, "same-officer")
    clock.advance(timedelta(days=2))
    assert await blocked(public) == {"list", "order", "renew"}, "the payout hold has lapsed"
    clock.advance(timedelta(days=18))
    assert await blocked(public) == set()
    assert_problem(await anna.post(extension, json=more, headers=if_match(2)), 409, "not-extendable")
    assert (await bela.post(f"{path}/interim-measures", json=INTERIM, headers=once())).status_code == 201


async def test_an_extension_reaches_what_was_derived_and_is_told(at_noon, as_, anna):
    case_id = await charge(at_noon, "off-platform-trade", OWN)
    (freeze,) = await order(at_noon, case_id, "freeze")
    bela = await as_("officer", "bela")
    answer = await bela.post(f"/v1/penalties/{freeze}/extension", json=REASON, headers=if_match(1))
    (said,) = await told(at_noon, "penalty.extended")
    assert said["until"] == answer.json()["until"]
    assert_problem(
        await anna.post(f"/v1/penalties/{freeze}/lift", json=REASON, headers=if_match(2)), 409, "not-liftable"
    )


@pytest.mark.parametrize(
    ("varies", "pointer"),
    [
        ({"measures": ["expel"]}, "/measures/0"),
        ({"measures": ["freeze", "freeze"]}, "/measures/1"),
        ({"measures": []}, "/measures"),
        ({"period": "31d"}, "/period"),
        ({"period": "0s"}, "/period"),
        ({"period": "soon"}, "/period"),
        ({"period": "99999d"}, "/period"),
        ({"reason": " "}, "/reason"),
    ],
)
async def test_a_bad_order_is_refused_at_its_field(anna, market, varies, pointer):
    path = f"/v1/cases/{(await opened(anna))['case_id']}/interim-measures"
    problem = assert_problem(await anna.post(path, json=INTERIM | varies, headers=once()), 422, "invalid")
    assert problem["errors"][0]["pointer"] == pointer
    assert await told(market, "penalty.applied") == []


async def test_the_same_measure_is_not_ordered_twice(anna):
    path = f"/v1/cases/{(await opened(anna))['case_id']}/interim-measures"
    first = await anna.post(path, json=INTERIM, headers=once("k"))
    assert (await anna.post(path, json=INTERIM, headers=once("k"))).json() == first.json()
    assert_problem(await anna.post(path, json=INTERIM, headers=once()), 409, "interim-in-force")


async def test_only_an_expulsion_allows_measures_in_the_meantime(anna, case_id):
    answer = await anna.post(f"/v1/cases/{case_id}/interim-measures", json=INTERIM, headers=once())
    assert_problem(answer, 409, "no-interim-measures")


@pytest.mark.parametrize(
    ("varies", "status", "code", "pointer"),
    [
        ({"act": "theft"}, 422, "unknown-act", None),
        ({"clause": "6.5.8"}, 422, "invalid", "/clause"),
        ({"provider_id": str(new_id())}, 404, "not-found", None),
        ({"listing_id": str(new_id())}, 422, "invalid", "/listing_id"),
        ({"happened_at": "2999-01-01T00:00:00Z"}, 422, "invalid", "/happened_at"),
        ({"happened_at": "2019-01-01T00:00:00Z"}, 422, "no-rulebook-in-force", None),
        ({"kind": "complaint"}, 422, "invalid", "/kind"),
        ({"kind": "violation", "act": "stopped-while-leaving", "clause": ""}, 422, "not-reportable", None),
        ({"kind": "violation", "act": "category-access", "clause": ""}, 422, "invalid", "/listing_id"),
        ({"evidence": ""}, 422, "invalid", "/evidence"),
        ({"reason": "a\x00"}, 422, "invalid", "/reason"),
    ],
)
async def test_a_bad_charge_is_refused(anna, market, varies, status, code, pointer):
    problem = assert_problem(await anna.post("/v1/cases", json=CHARGE | varies, headers=once()), status, code)
    assert pointer is None or problem["errors"][0]["pointer"] == pointer
    async with market.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM case_file") == 0


async def test_one_expulsion_of_a_provider_is_examined_at_a_time(anna, bela):
    answers = await asyncio.gather(
        *(officer.post("/v1/cases", json=CHARGE, headers=once()) for officer in (anna, bela, anna))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    known = next(answer for answer in answers if answer.status_code == 201).json()["case_id"]
    assert assert_problem(refused, 409, "case-open-already")["case_id"] == known
    listed = (await anna.get("/v1/cases", params={"kind": "expulsion"})).json()["items"]
    assert [case["case_id"] for case in listed] == [known]


async def test_a_measure_that_cannot_go_with_it_is_refused(anna):
    path = f"/v1/cases/{(await opened(anna))['case_id']}/recommendation"
    answer = await anna.post(path, json=GROUNDS | {"also": ["payout_hold", "clear"]}, headers=if_match(1))
    assert assert_problem(answer, 422, "invalid")["errors"][0]["pointer"] == "/also/1"


async def test_of_two_approvals_at_once_one_wins(at_noon):
    case_id = await charge(at_noon, "off-platform-trade", OWN)

    async def attempt() -> UUID | Refusal:
        try:
            return (await expel(at_noon, case_id))[0]
        except Refusal as refusal:
            return refusal

    results = await asyncio.gather(attempt(), attempt())
    assert sum(isinstance(result, UUID) for result in results) == 1
    assert len(await told(at_noon, "violation.confirmed")) == 1


async def test_an_expelled_provider_s_appeal_and_reading_stay_open(at_noon, acme):
    violation_id, _ = await expel(at_noon, await charge(at_noon, "off-platform-trade", OWN))
    assert (await acme.get(f"/v1/violations/{violation_id}")).json()["act"] == "off-platform-trade"
    assert (await acme.get("/v1/penalties")).json()["items"][0]["measure"] == "expel"


async def test_who_is_expelled_is_not_expelled_again_before_an_appeal_gave_it_back(at_noon):
    violation_id, [penalty_id] = await expel(at_noon, await charge(at_noon, "off-platform-trade", OWN))
    with pytest.raises(ExpelledAlready) as refused:
        await charge(at_noon, "off-platform-trade", OWN)
    assert refused.value.facts["penalty_id"] == str(penalty_id)
    await decide(at_noon, await appeal(at_noon, violation_id), Outcome.OVERTURN, "cora")
    assert await charge(at_noon, "off-platform-trade", OWN)
