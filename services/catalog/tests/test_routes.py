"""The catalog's HTTP contract: statuses, problems, rights and ownership."""

import pytest

from services.catalog.tests.asking import a_body, create, problem, publish
from services.catalog.tests.builders import CLEAN, a_cause, another_content, restrict, told
from shared.contracts.effects import Effect, Target
from shared.ids import new_id


async def test_from_draft_to_the_market_by_http(as_, seller):
    provider, reviewer, merchant = await as_("provider", "shop"), await as_("reviewer"), await as_("merchant")
    created = await create(provider)
    assert (created.status_code, created.json()["state"], created.json()["findings"]) == (201, "draft", [])
    path = created.headers["location"]
    submitted = await provider.post(f"{path}/submission")
    assert (submitted.status_code, submitted.json()["state"]) == (200, "submitted")

    [waiting] = (await reviewer.get("/v1/reviews")).json()["items"]
    assert (waiting["provider_name"], waiting["name"]) == (seller.legal_name, CLEAN.name)
    claimed = await reviewer.post(f"{path}/claim", headers={"If-Match": f'"v{waiting["version"]}"'})
    assert claimed.json()["state"] == "in_review"
    approved = await reviewer.post(
        f"{path}/review",
        json={"decision": "approve", "reason": "complete"},
        headers={"If-Match": claimed.headers["etag"]},
    )
    assert (approved.json()["state"], approved.json()["lifecycle"]) == ("live", "live")
    assert (await reviewer.get("/v1/reviews")).json()["items"] == []

    [offer] = (await merchant.get("/v1/market", params={"q": "打单"})).json()["items"]
    assert (offer["name"], offer["plans"][0]["price_fen"]) == (CLEAN.name, 9900)
    page = await merchant.get(f"/v1/market/{offer['listing_id']}")
    assert (page.json()["can_be_ordered"], page.json()["provider_name"]) == (True, seller.legal_name)


async def test_a_page_that_did_not_change_is_not_sent_again_but_a_restricted_one_is(as_, db, clock):
    path = await publish(as_)
    page_path, nobody = path.replace("listings", "market"), await as_("")
    page = await nobody.get(page_path)
    tag = {"If-None-Match": page.headers["etag"]}
    assert (await nobody.get(page_path, headers=tag)).status_code == 304
    target = Target(kind="listing", id=page.json()["listing_id"])
    await restrict(db, target, a_cause(Effect.RENEW, from_=clock.at))
    changed = await nobody.get(page_path, headers=tag)
    assert (changed.status_code, changed.json()["can_be_renewed"]) == (200, False)


async def test_the_explanation_names_clause_decision_and_end(as_, db, clock):
    path = await publish(as_)
    cause = a_cause(Effect.LIST, Effect.ORDER, from_=clock.at, measure_clause="6.5.2")
    await restrict(db, Target(kind="listing", id=path.rpartition("/")[2]), cause)
    effects = (await (await as_("")).get(f"{path}/explanation")).json()["effects"]
    assert effects["use"] == {"blocked": False, "causes": [], "next_change": None}
    [found] = effects["order"]["causes"]
    assert (found["clause"], found["measure_clause"], found["decision_id"], found["until"]) == (
        "6.3.2(4)", "6.5.2", str(cause.decision_id), None,
    )  # fmt: skip
    assert found["from"]


async def test_what_was_never_published_is_not_explained_to_anybody(as_):
    path = (await create(await as_("provider", "shop"))).headers["location"]
    assert (await (await as_("")).get(f"{path}/explanation")).status_code == 404
    assert (await (await as_("")).get(path.replace("listings", "market"))).status_code == 404


async def test_a_blocking_finding_refuses_the_submission_and_is_listed(as_):
    provider = await as_("provider", "shop")
    created = await create(provider, name="全网第一打单")
    assert created.json()["findings"][0]["matched"] == "全网第一"
    refused = await provider.post(f"{created.headers['location']}/submission")
    assert problem(refused) == (409, "screening-blocked")
    [finding] = refused.json()["findings"]
    assert {k: finding[k] for k in ("clause", "severity", "field", "start", "end")} == {
        "clause": "6.1.2(3)", "severity": "blocks", "field": "name", "start": 0, "end": 4,
    }  # fmt: skip
    assert finding["advice"]


async def test_submitting_again_gives_the_same_answer_and_one_fact(as_, db):
    provider = await as_("provider", "shop")
    path = (await create(provider)).headers["location"]
    first, again = [await provider.post(f"{path}/submission") for _ in range(2)]
    assert first.json() == again.json()
    assert len(await told(db)) == 1


async def test_creating_again_under_the_same_key_makes_one_listing(as_):
    provider = await as_("provider", "shop")
    first, again = [await create(provider) for _ in range(2)]
    assert first.json() == again.json()
    assert len((await provider.get("/v1/listings")).json()["items"]) == 1
    assert problem(await create(provider, name="另一个")) == (422, "idempotency-key-reused")


async def test_the_sixth_application_is_refused_with_its_clause(as_):
    provider = await as_("provider", "shop")
    for number in range(5):
        assert (await create(provider, key=f"key-{number}")).status_code == 201
    refused = await create(provider, key="key-6")
    assert problem(refused) == (409, "application-limit")
    assert (refused.json()["clause"], refused.json()["limit"]) == ("4.3.5", 5)


async def test_a_draft_is_changed_against_the_version_that_was_read(as_):
    provider = await as_("provider", "shop")
    created = await create(provider)
    path, body = f"{created.headers['location']}/draft", a_body(name="新名")
    assert problem(await provider.put(path, json=body)) == (428, "version-required")
    assert problem(await provider.put(path, json=body, headers={"If-Match": '"v9"'})) == (412, "stale-version")
    changed = await provider.put(path, json=body, headers={"If-Match": created.headers["etag"]})
    assert (changed.status_code, changed.json()["name"], changed.headers["etag"]) == (200, "新名", '"v2"')


async def test_a_review_is_made_against_the_version_that_was_read(as_):
    provider, reviewer = await as_("provider", "shop"), await as_("reviewer")
    path = (await create(provider)).headers["location"]
    await provider.post(f"{path}/submission")
    body = {"decision": "approve", "reason": "complete"}
    assert (await reviewer.post(f"{path}/review", json=body)).status_code == 428
    assert (await reviewer.post(f"{path}/review", json=body, headers={"If-Match": '"v1"'})).status_code == 412


async def test_a_reviewer_who_is_the_provider_is_refused(as_):
    path = (await create(await as_("provider", "shop"))).headers["location"]
    both = await as_("provider,reviewer", "shop")
    tag = {"If-Match": (await both.post(f"{path}/submission")).headers["etag"]}
    refused = await both.post(f"{path}/review", json={"decision": "approve", "reason": "mine"}, headers=tag)
    assert problem(refused) == (403, "own-provider")


async def test_another_accounts_listing_does_not_exist(as_):
    path = (await create(await as_("provider", "shop"))).headers["location"]
    other, tag = await as_("provider", "other"), {"If-Match": '"v1"'}
    assert (await other.get(path)).status_code == 404
    assert (await other.put(f"{path}/draft", json=a_body(), headers=tag)).status_code == 404
    assert (await other.post(f"{path}/submission")).status_code == 404
    assert (await other.post(f"{path}/retirement", json={"reason": "mine"}, headers=tag)).status_code == 404
    assert (await other.get("/v1/listings")).json()["items"] == []
    assert (await (await as_("officer")).get(path)).status_code == 200


@pytest.mark.parametrize("role", ["merchant", "provider", "officer", "auditor", "finance", "service"])
async def test_only_reviewers_see_the_queue_and_decide(as_, role):
    client = await as_(role, "other")
    path = f"/v1/listings/{new_id()}"
    assert (await client.get("/v1/reviews")).status_code == 403
    body = {"decision": "approve", "reason": "r"}
    assert (await client.post(f"{path}/review", json=body, headers={"If-Match": '"v1"'})).status_code == 403


@pytest.mark.parametrize("role", ["merchant", "reviewer", "officer"])
async def test_only_providers_write_listings(as_, role):
    client = await as_(role)
    assert (await create(client)).status_code == 403
    assert (await client.post(f"/v1/listings/{new_id()}/submission")).status_code == 403


async def test_without_a_token_only_the_storefront_is_read(as_):
    nobody = await as_("")
    assert (await create(nobody)).status_code == 401
    assert (await nobody.get("/v1/reviews")).status_code == 401
    assert (await nobody.get("/v1/listings")).status_code == 401
    categories = (await nobody.get("/v1/categories")).json()["items"]
    assert {category["code"] for category in categories if category["requires_qualification"]} >= {"erp"}
    assert (await nobody.get("/v1/market")).json() == {"items": [], "next": None}


async def test_the_market_is_paged_by_cursors_that_never_shift(as_, clock):
    provider, reviewer, nobody = await as_("provider", "shop"), await as_("reviewer"), await as_("")
    for number in range(5):
        texts = another_content(number)
        words = {"name": f"打单{number}款", "summary": texts.summary, "details": texts.details}
        path = (await create(provider, key=f"key-{number}", **words)).headers["location"]
        tag = {"If-Match": (await provider.post(f"{path}/submission")).headers["etag"]}
        await reviewer.post(f"{path}/review", json={"decision": "approve", "reason": "ok"}, headers=tag)
    seen, cursor = [], ""
    while cursor is not None:
        page = (await nobody.get("/v1/market", params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        seen += [item["name"] for item in page["items"]]
        cursor = page["next"]
    assert seen == [f"打单{number}款" for number in reversed(range(5))]
