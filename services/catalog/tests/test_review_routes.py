"""Reviews by HTTP: rights, problems, and what each answer shows."""

from datetime import timedelta

import pytest

from services.catalog.tests.asking import a_body, create, problem, publish
from services.catalog.tests.builders import a_cause, restrict
from shared.contracts.effects import Effect, Target
from shared.ids import new_id

APPROVAL = {"decision": "approve", "reason": "complete"}
NAMELESS = {"decision": "reject", "reason": "no"}


async def submitted(as_, **values):
    provider = await as_("provider", "shop")
    path = (await create(provider, **values)).headers["location"]
    answer = await provider.post(f"{path}/submission")
    assert answer.status_code == 200, answer.text
    return path, {"If-Match": answer.headers["etag"]}


async def test_a_claim_is_given_back_and_taken_by_another(as_):
    path, tag = await submitted(as_)
    rita, rolf = await as_("reviewer", "rita"), await as_("reviewer", "rolf")
    claimed = await rita.post(f"{path}/claim", headers=tag)
    assert (claimed.json()["review"]["claimed_by"], claimed.json()["state"]) == ("rita", "in_review")
    tag = {"If-Match": claimed.headers["etag"]}
    assert problem(await rolf.post(f"{path}/claim", headers=tag)) == (409, "review-claimed")
    assert problem(await rolf.post(f"{path}/release", headers=tag)) == (409, "review-claimed")
    [mine] = (await rita.get("/v1/reviews", params={"mine": True})).json()["items"]
    assert (mine["version"], (await rolf.get("/v1/reviews", params={"mine": True})).json()["items"]) == (3, [])
    released = await rita.post(f"{path}/release", headers=tag)
    tag = {"If-Match": released.headers["etag"]}
    assert problem(await rolf.post(f"{path}/release", headers=tag)) == (409, "review-unclaimed")
    assert (await rolf.post(f"{path}/claim", headers=tag)).status_code == 200


async def test_what_is_of_high_risk_waits_for_a_second_person(as_, db, clock):
    live = await publish(as_)
    clock.advance(timedelta(minutes=1))
    target = Target(kind="listing", id=live.rpartition("/")[2])
    await restrict(db, target, a_cause(Effect.LIST, from_=clock.at))
    provider, rita, rolf = await as_("provider", "shop"), await as_("reviewer", "rita"), await as_("reviewer", "rolf")
    seen = await provider.get(live)
    tag = {"If-Match": seen.headers["etag"]}
    assert (await provider.put(f"{live}/draft", json=a_body(name="新打单"), headers=tag)).status_code == 200
    tag = {"If-Match": (await provider.post(f"{live}/submission")).headers["etag"]}
    first = await rita.post(f"{live}/review", json=APPROVAL, headers=tag)
    assert (first.json()["state"], first.json()["review"]["state"]) == ("in_review", "awaiting_second")
    tag = {"If-Match": first.headers["etag"]}
    assert problem(await rita.post(f"{live}/review", json=APPROVAL, headers=tag)) == (403, "second-reviewer")
    [waiting] = (await rolf.get("/v1/reviews", params={"awaiting_second": True})).json()["items"]
    page = (await rolf.get(f"/v1/reviews/{waiting['review_id']}")).json()
    assert [d["field"] for d in page["differences"]] == ["name"]
    assert page["differences"][0]["removed"] == [{"start": 0, "end": 1}]
    assert [(p["measure"], p["is_answered"]) for p in page["penalties"]] == [("freeze", True)]
    assert [h["decision"] for h in page["history"]] == ["approve"]
    second = await rolf.post(f"{live}/review", json=APPROVAL, headers=tag)
    assert (second.json()["state"], second.json()["review"]["decided_by"]) == ("live", "rolf")


async def test_a_refusal_without_clauses_is_refused_with_a_pointer_and_leaves_the_review_open(as_):
    path, tag = await submitted(as_)
    reviewer = await as_("reviewer", "rita")
    refused = await reviewer.post(f"{path}/review", json=NAMELESS, headers=tag)
    assert (problem(refused), refused.json()["errors"][0]["pointer"]) == ((422, "invalid"), "/clauses")
    wrong = await reviewer.post(f"{path}/review", json=NAMELESS | {"clauses": ["nine"]}, headers=tag)
    assert wrong.status_code == 422
    decided = await reviewer.post(f"{path}/review", json=NAMELESS | {"clauses": ["4.3.2"]}, headers=tag)
    assert (decided.json()["state"], decided.json()["review"]["clauses"]) == ("rejected", ["4.3.2"])
    again = {"If-Match": decided.headers["etag"]}
    assert problem(await reviewer.post(f"{path}/review", json=APPROVAL, headers=again)) == (409, "nothing-to-review")


async def test_a_retired_listing_is_not_reviewed(as_):
    path, tag = await submitted(as_)
    ended = await (await as_("provider", "shop")).post(f"{path}/retirement", json={"reason": "over"}, headers=tag)
    tag = {"If-Match": ended.headers["etag"]}
    answer = await (await as_("reviewer")).post(f"{path}/review", json=APPROVAL, headers=tag)
    assert problem(answer) == (409, "listing-retired")


async def test_the_queue_is_paged_by_due_date_and_risk(as_):
    plan = {"plan_id": "p", "title": "专业版", "period_days": 30, "price_fen": 2_000_000}
    first, _ = await submitted(as_, key="1")
    second, _ = await submitted(
        as_, key="2", name="云仓管家", plans=[plan], summary="多仓库存同步与盘点。",
        details="出入库单据、库存预警、批次与效期管理。\n使用说明：绑定店铺后自动同步，附操作教程。",
    )  # fmt: skip
    reviewer = await as_("reviewer")
    pages = [(await reviewer.get("/v1/reviews", params={"limit": 1})).json()]
    pages.append((await reviewer.get("/v1/reviews", params={"limit": 1, "cursor": pages[0]["next"]})).json())
    assert [item["listing_id"] for page in pages for item in page["items"]] == [
        path.rpartition("/")[2] for path in (second, first)
    ]
    assert pages[1]["next"] is None
    assert (await reviewer.get("/v1/reviews", params={"lane": "fast"})).status_code == 422


async def test_a_sample_is_judged_once_by_somebody_else(as_):
    await publish(as_)
    rita, judge, officer = await as_("reviewer"), await as_("reviewer", "judge"), await as_("officer")
    assert (await rita.get("/v1/samples")).json()["items"] == []
    [sample] = (await judge.get("/v1/samples")).json()["items"]
    assert [s["sample_id"] for s in (await officer.get("/v1/samples")).json()["items"]] == [sample["sample_id"]]
    path, body = f"/v1/samples/{sample['sample_id']}/verdict", {"agrees": True, "reason": "fine"}
    tag = {"If-Match": f'"v{sample["version"]}"'}
    assert problem(await judge.post(path, json=body)) == (428, "version-required")
    assert problem(await rita.post(path, json=body, headers=tag)) == (403, "own-decision")
    wrong = await judge.post(path, json=body | {"agrees": False}, headers=tag)
    assert (problem(wrong), wrong.json()["errors"][0]["pointer"]) == ((422, "invalid"), "/clauses")
    judged = await judge.post(path, json=body, headers=tag)
    assert (judged.status_code, judged.json()["state"]) == (200, "agreed")
    assert problem(await judge.post(path, json=body, headers=tag)) == (412, "stale-version")
    tag = {"If-Match": judged.headers["etag"]}
    assert problem(await judge.post(path, json=body, headers=tag)) == (409, "sample-settled")


async def test_a_reviewer_sees_its_own_figures_and_an_officer_everybodys(as_, clock):
    await publish(as_)
    clock.advance(timedelta(hours=2))
    other, officer = await as_("reviewer", "idle"), await as_("officer")
    assert (await other.get("/v1/reviewers/statistics")).json()["items"] == []
    [made] = (await officer.get("/v1/reviewers/statistics")).json()["items"]
    assert {name: made[name] for name in ("decided", "approved", "median_seconds", "overruled_share")} == {
        "decided": 1, "approved": 1, "median_seconds": 0.0, "overruled_share": None,
    }  # fmt: skip
    before = {"from": "2020-01-01T00:00:00Z", "until": "2020-06-01T00:00:00Z"}
    assert (await officer.get("/v1/reviewers/statistics", params=before)).json()["items"] == []


@pytest.mark.parametrize(
    "window", [{"from": "2020-01-01T00:00:00Z"}, {"until": "2020-01-01"}, {"from": "2999-01-01T00:00:00Z"}]
)
async def test_a_window_is_one_year_at_the_most(as_, window):
    assert problem(await (await as_("auditor")).get("/v1/reviewers/statistics", params=window)) == (422, "invalid")


@pytest.mark.parametrize("role", ["merchant", "provider", "finance", "service"])
async def test_only_staff_reads_reviews(as_, role):
    client = await as_(role, "other")
    for path in (f"/v1/reviews/{new_id()}", "/v1/samples", "/v1/reviewers/statistics"):
        assert (await client.get(path)).status_code == 403


@pytest.mark.parametrize("role", ["merchant", "provider", "officer", "auditor"])
async def test_only_reviewers_release_and_judge(as_, role):
    client, tag = await as_(role, "other"), {"If-Match": '"v1"'}
    assert (await client.post(f"/v1/listings/{new_id()}/release", headers=tag)).status_code == 403
    body = {"agrees": True, "reason": "fine"}
    assert (await client.post(f"/v1/samples/{new_id()}/verdict", json=body, headers=tag)).status_code == 403


async def test_what_there_is_not_is_not_found(as_):
    reviewer, tag = await as_("reviewer"), {"If-Match": '"v1"'}
    assert (await reviewer.get(f"/v1/reviews/{new_id()}")).status_code == 404
    assert (await reviewer.post(f"/v1/listings/{new_id()}/release", headers=tag)).status_code == 404
    body = {"agrees": True, "reason": "fine"}
    assert (await reviewer.post(f"/v1/samples/{new_id()}/verdict", json=body, headers=tag)).status_code == 404
