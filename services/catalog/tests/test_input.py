"""Bad input at the catalog's doors is answered with a problem, and nothing is written."""

import json

import pytest

from services.catalog.tests.asking import a_plan, create, problem, publish
from services.catalog.tests.builders import CLEAN


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"plans": [a_plan(price_fen=-1)]}, "price_fen"),
        ({"plans": [a_plan(price_fen=9.999)]}, "price_fen"),
        ({"plans": [a_plan(price_fen="9900")]}, "price_fen"),
        ({"plans": [a_plan(price_fen=10**30)]}, "price_fen"),
        ({"plans": [a_plan(period_days=0)]}, "period_days"),
        ({"plans": [a_plan(period_days=-30)]}, "period_days"),
        ({"plans": [a_plan(), a_plan()]}, "plans"),
        ({"plans": [a_plan(plan_id=str(n)) for n in range(21)]}, "plans"),
        ({"plans": [a_plan(plan_id="../x")]}, "plan_id"),
        ({"plans": "free"}, "plans"),
        ({"kind": "gadget"}, "kind"),
        ({"category": "Nowhere!"}, "category"),
        ({"category": "nowhere"}, "category"),
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"details": "a\x00b"}, "details"),
        ({"details": "x" * 20_001}, "details"),
        ({"callback_url": "javascript:alert(1)"}, "callback_url"),
        ({"callback_url": "http://a b"}, "callback_url"),
        ({"callback_url": "https://user@example.com"}, "callback_url"),
        ({"callback_url": "ftp://example.com"}, "callback_url"),
        ({"state": "live"}, "state"),
    ],
)
async def test_bad_input_is_named_by_its_field(as_, values, named):
    answer = await create(await as_("provider", "shop"), **values)
    assert answer.status_code == 422, answer.text
    assert named in json.dumps(answer.json()["errors"])


async def test_a_megabyte_of_text_is_refused(as_):
    answer = await create(await as_("provider", "shop"), details="长" * 400_000)
    assert answer.status_code == 413


async def test_markup_is_kept_as_plain_text_and_answered_as_json(as_):
    script = "<script>alert('x')</script>" + CLEAN.details
    path = await publish(as_, details=script)
    page = await (await as_("")).get(path.replace("listings", "market"))
    assert page.headers["content-type"] == "application/json"
    assert page.json()["details"] == script


@pytest.mark.parametrize("hidden", ["\u202egnol", "\u2067x", "\x08", "\x1b[31m"])
async def test_characters_that_turn_text_around_never_reach_the_market(as_, hidden):
    provider = await as_("provider", "shop")
    path = (await create(provider, details=CLEAN.details + hidden)).headers["location"]
    assert problem(await provider.post(f"{path}/submission")) == (409, "screening-blocked")


@pytest.mark.parametrize("content", ["", "[]", "null", "{", '{"name": "\\ud800"}', '{"plans": [1e999]}'])
async def test_a_body_that_is_no_listing_is_refused(as_, content):
    headers = {"Idempotency-Key": "k", "content-type": "application/json"}
    answer = await (await as_("provider", "shop")).post("/v1/listings", content=content, headers=headers)
    assert answer.status_code in (400, 422), answer.text


@pytest.mark.parametrize(
    "body",
    [
        {"decision": "reject", "reason": "no"},
        {"decision": "reject", "reason": "no", "clauses": ["whatever"]},
        {"decision": "request_changes", "reason": " ", "clauses": ["4.3.2"]},
        {"decision": "ignore", "reason": "no"},
    ],
)
async def test_a_refusal_needs_a_reason_and_real_clauses(as_, body):
    provider, reviewer = await as_("provider", "shop"), await as_("reviewer")
    path = (await create(provider)).headers["location"]
    tag = {"If-Match": (await provider.post(f"{path}/submission")).headers["etag"]}
    assert (await reviewer.post(f"{path}/review", json=body, headers=tag)).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/v1/market?limit=0",
        "/v1/market?limit=101",
        "/v1/market?cursor=nonsense",
        "/v1/market?category=nowhere",
        "/v1/market?q=" + "x" * 101,
        "/v1/market?q=%00",
        "/v1/market/nonsense",
        "/v1/listings/nonsense/explanation",
    ],
)
async def test_a_bad_address_is_bad_input(as_, path):
    assert (await (await as_("")).get(path)).status_code in (400, 422)
