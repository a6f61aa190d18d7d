"""The HTTP contract of reports."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.enforcement.tests.asking import (
    LISTING,
    PROVIDER,
    REASON,
    assert_problem,
    explained,
    if_match,
    once,
)
from shared.clock import SettableClock
from shared.ids import new_id


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


async def test_an_expelled_provider_is_blocked_in_all_but_what_a_payout_hold_adds(as_, anna, bela, public, clock):
    merchant = await as_("merchant", "shop")
    grounds = {"evidence": "access log", **REASON}
    for status in (201, 409):
        report = (await merchant.post("/v1/reports", json=a_report(clock, act="data-crawling"), headers=once())).json()
        path = f"/v1/cases/{report['case_id']}"
        answer = await anna.post(f"{path}/confirmation", json=grounds, headers=if_match(1))
        assert answer.status_code == status, answer.text
    assert_problem(answer, 409, "needs-approval")
    assert (await anna.post(f"{path}/recommendation", json=grounds, headers=if_match(1))).status_code == 200
    answer = await bela.post(f"{path}/approval", json=REASON, headers=if_match(2))
    expelled, held = answer.json()["penalties"]
    assert (expelled["measure"], held["measure"]) == ("expel", "payout_hold")
    effects = (await public.get(f"/v1/explanations/provider/{PROVIDER.provider_id}")).json()["effects"]
    assert all(effect["blocked"] for effect in effects.values())
    lifted = await anna.post(f"/v1/penalties/{held['penalty_id']}/lift", json=REASON, headers=if_match(1))
    assert lifted.status_code == 200
    refused = await anna.post(f"/v1/penalties/{expelled['penalty_id']}/lift", json=REASON, headers=if_match(1))
    assert assert_problem(refused, 409, "not-liftable")["ends"] == ["appeal"]
    effects = await explained(public)
    assert [effect for effect, answer in effects.items() if not answer["blocked"]] == ["settle"]


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
