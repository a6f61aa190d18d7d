"""The HTTP contract: who may, what is refused and how, and what comes back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest

from services.enforcement.tests.builders import (
    NOON,
    a_listing,
    a_provider,
    an_outage,
    hear,
    publish,
    the_case,
)
from shared.clock import SettableClock
from shared.contracts.effects import Effect
from shared.contracts.registry import Hold, Standing
from shared.db.transaction import Database
from shared.ids import new_id
from shared.testing.fixtures import ClientFor
from shared.testing.issuer import Token

As = Callable[[str, str], Awaitable[httpx2.AsyncClient]]
PROVIDER = a_provider(account_id="acme")
LISTING = a_listing(provider_id=PROVIDER.provider_id)
CONFIRMATION = {"cause": "defect", "evidence": "stack trace", "reason": "reproduced"}
REASON = {"reason": "because"}


@pytest.fixture
async def market(db: Database, clock: SettableClock) -> Database:
    clock.at = datetime.now(NOON.tzinfo)
    await publish(db)
    await hear(db, PROVIDER)
    await hear(db, LISTING)
    return db


@pytest.fixture
def as_(market: Database, client_for: ClientFor, token: Token) -> As:
    """`await as_("officer", "anna")`: a client of the API that calls as anna."""

    async def make(role: str, subject: str) -> httpx2.AsyncClient:
        return await client_for("enforcement", market, token(role, subject))

    return make


@pytest.fixture
async def public(market: Database, client_for: ClientFor) -> httpx2.AsyncClient:
    return await client_for("enforcement", market)


@pytest.fixture
async def anna(as_: As) -> httpx2.AsyncClient:
    return await as_("officer", "anna")


@pytest.fixture
async def bela(as_: As) -> httpx2.AsyncClient:
    return await as_("officer", "bela")


@pytest.fixture
async def acme(as_: As) -> httpx2.AsyncClient:
    return await as_("provider", "acme")


@pytest.fixture
async def case_id(market: Database, clock: SettableClock) -> UUID:
    await hear(market, an_outage(listing_id=LISTING.listing_id, provider_id=PROVIDER.provider_id, started_at=clock.at))
    return (await the_case(market, LISTING.listing_id))[0]


def if_match(version: int) -> dict[str, str]:
    return {"If-Match": f'"v{version}"'}


def once(key: str | None = None) -> dict[str, str]:
    return {"Idempotency-Key": key or str(new_id())}


def assert_problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    return problem


async def confirm(officer: httpx2.AsyncClient, case_id: UUID) -> dict[str, Any]:
    answer = await officer.post(f"/v1/cases/{case_id}/confirmation", json=CONFIRMATION, headers=if_match(1))
    assert answer.status_code == 201, answer.text
    violation: dict[str, Any] = answer.json()
    return violation


async def appeal(provider: httpx2.AsyncClient, violation_id: str) -> str:
    path = f"/v1/violations/{violation_id}/appeals"
    answer = await provider.post(path, json={"text": "It was not us"}, headers=once())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["appeal_id"])


async def explained(public: httpx2.AsyncClient) -> dict[str, Any]:
    answer = await public.get(f"/v1/explanations/listing/{LISTING.listing_id}")
    assert answer.status_code == 200
    effects: dict[str, Any] = answer.json()["effects"]
    return effects


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


def a_report(clock: SettableClock, **varies: Any) -> dict[str, Any]:
    return {
        "act": "off-platform-trade",
        "provider_id": str(PROVIDER.provider_id),
        "happened_at": (clock.at - timedelta(hours=1)).isoformat(),
        "text": "They asked for a bank transfer",
        "evidence": "chat",
        **varies,
    }


async def test_a_report_opens_a_case_that_an_officer_confirms(as_, anna, public, clock):
    merchant = await as_("merchant", "shop")
    answer = await merchant.post("/v1/reports", json=a_report(clock), headers=once())
    assert answer.status_code == 201, answer.text
    report = answer.json()
    case = (await anna.get(f"/v1/cases/{report['case_id']}")).json()
    assert (case["status"], case["clause"], case["listing_id"]) == ("open", "6.4", None)
    assert [said["reporter"] for said in case["reports"]] == ["shop"]
    body = {"evidence": "the chat", "reason": "it is plain"}
    violation = await anna.post(f"/v1/cases/{report['case_id']}/confirmation", json=body, headers=if_match(1))
    assert [penalty["measure"] for penalty in violation.json()["penalties"]] == ["publish_freeze"]
    effects = (await public.get(f"/v1/explanations/provider/{PROVIDER.provider_id}")).json()["effects"]
    assert [effect for effect, answer in effects.items() if answer["blocked"]] == ["publish"]
    assert (await merchant.get(answer.headers["location"])).json()["case_status"] == "confirmed"


async def test_a_further_report_joins_the_open_case(as_, anna, clock):
    case_ids = set()
    for role, subject in (("merchant", "shop"), ("provider", "rival"), ("reviewer", "rita")):
        client = await as_(role, subject)
        case_ids.add((await client.post("/v1/reports", json=a_report(clock), headers=once())).json()["case_id"])
    (case_id,) = case_ids
    assert len((await anna.get(f"/v1/cases/{case_id}")).json()["reports"]) == 3
    await anna.post(f"/v1/cases/{case_id}/dismissal", json=REASON, headers=if_match(1))
    client = await as_("merchant", "shop")
    assert (await client.post("/v1/reports", json=a_report(clock), headers=once())).json()["case_id"] != case_id


async def test_reports_at_once_open_one_case(as_, clock):
    client = await as_("merchant", "shop")
    answers = await asyncio.gather(
        *(client.post("/v1/reports", json=a_report(clock), headers=once()) for _ in range(4))
    )
    assert len({answer.json()["case_id"] for answer in answers}) == 1


async def test_a_category_measure_blocks_the_provider_s_whole_category(as_, anna, public, clock):
    merchant = await as_("merchant", "shop")
    body = a_report(clock, act="misplaced-repeatedly", listing_id=str(LISTING.listing_id))
    for _ in range(2):
        report = (await merchant.post("/v1/reports", json=body, headers=once())).json()
        answer = await anna.post(
            f"/v1/cases/{report['case_id']}/confirmation", json={"evidence": "page", **REASON}, headers=if_match(1)
        )
        assert answer.status_code == 201, answer.text
    path = f"/v1/explanations/provider_category/{PROVIDER.provider_id}"
    effects = (await public.get(path, params={"category": LISTING.category})).json()["effects"]
    assert {effect for effect, answer in effects.items() if answer["blocked"]} == {"list", "order", "publish"}
    on_listing = await explained(public)
    assert [cause["measure"] for cause in on_listing["list"]["causes"]] == ["hide", "revoke_category"]
    (penalty, *_) = (await anna.get("/v1/penalties")).json()["items"]
    lift = await anna.post(f"/v1/penalties/{penalty['penalty_id']}/lift", json=REASON, headers=if_match(1))
    assert_problem(lift, 409, "not-liftable")


@pytest.mark.parametrize(
    ("varies", "status", "code"),
    [
        ({"act": "theft"}, 422, "unknown-act"),
        ({"act": "defective-application"}, 422, "not-reportable"),
        ({"happened_at": "2999-01-01T00:00:00Z"}, 422, "invalid"),
        ({"happened_at": "2020-02-11T15:59:59Z"}, 422, "no-rulebook-in-force"),
        ({"happened_at": "2026-01-01T00:00:00"}, 422, "invalid"),
        ({"happened_at": "0001-01-01T00:00:00+14:00"}, 422, "invalid"),
        ({"provider_id": str(new_id())}, 404, "not-found"),
        ({"provider_id": None}, 422, "invalid"),
        ({"listing_id": str(LISTING.listing_id)}, 422, "invalid"),
        ({"act": "long-interruption"}, 422, "invalid"),
        ({"act": "long-interruption", "listing_id": str(new_id())}, 404, "not-found"),
        (
            {"act": "long-interruption", "listing_id": str(LISTING.listing_id), "provider_id": str(new_id())},
            422,
            "invalid",
        ),
        ({"text": "   "}, 422, "invalid"),
        ({"text": "a\x00b"}, 422, "invalid"),
        ({"text": "x" * 20_001}, 422, "invalid"),
        ({"evidence": ""}, 422, "invalid"),
        ({"colour": "red"}, 422, "invalid"),
    ],
)
async def test_a_bad_report_is_refused(as_, clock, varies, status, code):
    client = await as_("merchant", "shop")
    assert_problem(await client.post("/v1/reports", json=a_report(clock, **varies), headers=once()), status, code)


async def test_a_report_is_its_author_s_own(as_, clock):
    author, other = await as_("merchant", "shop"), await as_("merchant", "other")
    report = (await author.post("/v1/reports", json=a_report(clock), headers=once())).json()
    assert (await author.get(f"/v1/reports/{report['report_id']}")).json() == report
    assert_problem(await other.get(f"/v1/reports/{report['report_id']}"), 404, "not-found")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"cause": "bad luck", "evidence": "x", "reason": "y"},
        {"cause": "defect", "evidence": " ", "reason": "y"},
        {"cause": "defect", "evidence": "x", "reason": ""},
        {"cause": "defect", "evidence": "x", "reason": "y\x00"},
        {"cause": "defect", "evidence": "x", "reason": "y", "extra": 1},
        [],
    ],
)
async def test_a_bad_confirmation_is_refused_and_nothing_is_written(anna, market, case_id, body):
    answer = await anna.post(f"/v1/cases/{case_id}/confirmation", json=body, headers=if_match(1))
    assert_problem(answer, 422, "invalid")
    async with market.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM violation") == 0


@pytest.mark.parametrize("path", ["cases", "violations", "penalties", "appeals"])
async def test_what_does_not_exist_is_not_found(anna, path):
    assert_problem(await anna.get(f"/v1/{path}/{new_id()}"), 404, "not-found")


@pytest.mark.parametrize(
    "path", ["cases/{id}/confirmation", "cases/{id}/dismissal", "penalties/{id}/lift", "appeals/{id}/decision"]
)
async def test_deciding_what_does_not_exist_is_not_found(anna, path):
    body = {"outcome": "uphold", **REASON} if "appeals" in path else REASON
    body = CONFIRMATION if "confirmation" in path else body
    answer = await anna.post(f"/v1/{path.format(id=new_id())}", json=body, headers=if_match(1))
    assert_problem(answer, 404, "not-found")


PROTECTED = [
    ("GET", "/v1/cases", {"officer"}),
    ("GET", "/v1/cases/{id}", {"officer"}),
    ("POST", "/v1/cases/{id}/confirmation", {"officer"}),
    ("POST", "/v1/cases/{id}/dismissal", {"officer"}),
    ("GET", "/v1/violations", {"officer", "provider"}),
    ("GET", "/v1/violations/{id}", {"officer", "provider"}),
    ("POST", "/v1/violations/{id}/appeals", {"provider"}),
    ("GET", "/v1/penalties", {"officer", "provider"}),
    ("GET", "/v1/penalties/{id}", {"officer", "provider"}),
    ("POST", "/v1/penalties/{id}/lift", {"officer"}),
    ("GET", "/v1/appeals", {"officer", "provider"}),
    ("GET", "/v1/appeals/{id}", {"officer", "provider"}),
    ("POST", "/v1/appeals/{id}/decision", {"officer"}),
    ("POST", "/v1/reports", {"merchant", "provider", "reviewer"}),
    ("GET", "/v1/reports/{id}", {"merchant", "provider", "reviewer"}),
]


async def test_only_the_named_roles_pass_each_door(as_, public):
    roles = ["merchant", "provider", "reviewer", "officer", "auditor", "finance", "service"]
    clients = {role: await as_(role, "somebody") for role in roles}
    for method, path, allowed in PROTECTED:
        url = path.format(id=new_id())
        assert (await public.request(method, url)).status_code == 401, url
        for role, client in clients.items():
            status = (await client.request(method, url)).status_code
            assert (status != 403) is (role in allowed), (role, method, path, status)


async def test_rules_and_measures_are_open_to_everybody(public):
    (book,) = (await public.get("/v1/rulebooks")).json()["items"]
    assert (book["rulebook"], book["version"], book["appeal_window"]) == ("kuaishou", "2020-02-12", "180d")
    act = next(act for act in book["acts"] if act["act"] == "defective-application")
    assert act["condition"]["all"][2]["any"][1] == {"fact": "merchants_affected", "at_least": "300"}
    measures = {row["measure"]: row for row in (await public.get("/v1/measures")).json()["items"]}
    assert measures["delist"]["leaves"]["renew"] == "design-choice"
    assert len(measures) == 11


async def test_an_explanation_of_what_nobody_knows_is_free(public):
    answer = (await public.get(f"/v1/explanations/listing/{new_id()}")).json()
    assert list(answer["effects"]) == [effect.value for effect in Effect]
    assert not any(effect["blocked"] for effect in answer["effects"].values())


async def test_an_explanation_names_the_registry_s_own_block(public, market):
    hold = Hold(effects=frozenset({Effect.ORDER}), clause="7.1", reason="It leaves the market")
    leaving = a_provider(standing=Standing.EXITING, blocked=frozenset({Effect.ORDER}), holds=(hold,))
    await hear(market, leaving)
    effects = (await public.get(f"/v1/explanations/provider/{leaving.provider_id}")).json()["effects"]
    assert effects["order"] == {
        "blocked": True,
        "causes": [],
        "holds": [{"clause": "7.1", "reason": "It leaves the market"}],
    }


@pytest.mark.parametrize(
    "path",
    [
        "/v1/explanations/listing/not-an-id",
        "/v1/explanations/planet/0192f3c1-5a5e-7c3a-9b1e-0a7d3f0c1b2a",
        "/v1/explanations/listing/0192f3c1-5a5e-7c3a-9b1e-0a7d3f0c1b2a?category=order-tools",
        "/v1/explanations/provider_category/0192f3c1-5a5e-7c3a-9b1e-0a7d3f0c1b2a",
        "/v1/explanations/provider_category/0192f3c1-5a5e-7c3a-9b1e-0a7d3f0c1b2a?category=%0A",
    ],
)
async def test_a_bad_question_is_refused(public, path):
    assert_problem(await public.get(path), 422, "invalid")
