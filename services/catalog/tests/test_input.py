"""Bad input at the catalog's doors is answered with a problem, and nothing is written."""

import json

import pytest
from pydantic import ValidationError

from services.catalog.schemas.listings import ListingRequest
from services.catalog.tests.asking import a_body, a_plan, create, problem, publish
from services.catalog.tests.builders import CLEAN


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"plans": [a_plan(price_fen=-1)]}, "price_fen"),
        ({"plans": [a_plan(price_fen=9.999)]}, "whole fen"),
        ({"plans": [a_plan(price_fen=99.0)]}, "whole fen"),
        ({"plans": [a_plan(price_fen="9900")]}, "price_fen"),
        ({"plans": [a_plan(price_fen=10**30)]}, "price_fen"),
        ({"plans": [a_plan(period_days=0)]}, "period_days"),
        ({"plans": [a_plan(period_days=-30)]}, "period_days"),
        ({"plans": [a_plan(period_days=3651)]}, "period_days"),
        ({"plans": [a_plan(period_days=30.5)]}, "period_days"),
        ({"plans": [a_plan(trial_days=-1)]}, "trial_days"),
        ({"plans": [a_plan(title="月\u2028付")]}, "title"),
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
        ({"details": "&" * 5_000}, "escapes included"),
        ({"summary": "a\x00b"}, "summary"),
        ({"summary": "长" * 501}, "summary"),
        ({"functions": ["打\x1b单"]}, "functions"),
        ({"functions": ["打单"] * 51}, "functions"),
        ({"scopes": ["Order Read"]}, "scopes"),
        ({"logo": "../../etc/passwd"}, "logo"),
        ({"logo": "AB" * 32}, "logo"),
        ({"screenshots": ["https://evil.example/x.png"]}, "screenshots"),
        ({"screenshots": ["ab" * 32] * 11}, "screenshots"),
        ({"state": "live"}, "state"),
    ],
)
async def test_bad_input_is_named_by_its_field(as_, values, named):
    answer = await create(await as_("provider", "shop"), **values)
    assert answer.status_code == 422, answer.text
    assert named in json.dumps(answer.json()["errors"])


@pytest.mark.parametrize("field", ["callback_url", "help_url", "support_url"])
@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.com",
        "//example.com",
        "https://",
        "https://:443/",
        "http://a b",
        "https://user@example.com",
        "https://user:secret@example.com",
        "https://example.com@evil.example/",
        "https://example.com:99999/",
        "https://example.com:port/",
        "https://example.com./",
        "https://.example.com/",
        "https://exa_mple.com/",
        "https://example..com/",
        "https://example.com\\@evil.example/",
        "https://аррӏе.com/",
        "https://example。com/",
        "https://exam\u200bple.com/",
        "https://example.com/\r\nX: 1",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1./",
        "http://[::1",
        "https://example.com/" + "a" * 500,
    ],
)
def test_an_address_that_leads_elsewhere_than_it_seems_is_refused(field, address):
    with pytest.raises(ValidationError) as refused:
        ListingRequest.model_validate(a_body(**{field: address}))
    assert [error["loc"] for error in refused.value.errors()] == [(field,)]


@pytest.mark.parametrize(
    "address", ["", "https://app.example.com/a?b=c&d=%20#e", "http://127.0.0.1:8000/", "https://[::1]/"]
)
def test_a_plain_address_is_taken_as_it_is(address):
    assert ListingRequest.model_validate(a_body(callback_url=address)).content().callback_url == address


async def test_a_megabyte_of_text_is_refused(as_):
    answer = await create(await as_("provider", "shop"), details="长" * 400_000)
    assert answer.status_code == 413


async def test_markup_is_never_kept_as_it_came(as_, db):
    script = "<script>alert('x')</script><p onclick=alert(1)>打单</p>" + CLEAN.details
    created = await create(await as_("provider", "shop"), details=script, name="<b>打单</b>", functions=["<i>打单</i>"])
    assert {(f["field"], f["detector"], f["severity"]) for f in created.json()["findings"]} >= {
        ("name", "markup", "warns"), ("functions[0]", "markup", "warns"), ("details", "markup", "warns"),
    }  # fmt: skip
    async with db.transaction() as tx:
        kept = await tx.driver.fetchval("SELECT details FROM listing_version")
    assert kept == "<p>打单</p>" + CLEAN.details

    path = await publish(as_, key="second", name="批量打单助手", details="<script>alert(1)</script>" + CLEAN.details)
    page = await (await as_("")).get(path.replace("listings", "market"))
    assert page.headers["content-type"] == "application/json"
    assert page.json()["details"] == CLEAN.details


async def test_what_was_read_can_be_sent_again_and_is_the_same(as_):
    provider = await as_("provider", "shop")
    path = (await create(provider, details="订单量<100 & 店铺>3<p>第一行<br>第二行")).headers["location"]
    read = await provider.get(path)
    again = await provider.put(
        f"{path}/draft",
        json=a_body(details=read.json()["newest"]["details"]),
        headers={"If-Match": read.headers["etag"]},
    )
    assert again.status_code == 200, again.text
    assert (await provider.get(path)).json()["newest"] == read.json()["newest"]


HOSTILE = [
    "<script>alert(1)</script>", "\u202e单打", "\u200b打\u200b单", "打\x08单", "\ufdfd" * 9, "Z\u0337\u0321\u031b" * 10,
    "\ufffe\uffff", "%00%0a", "${7*7}{{7*7}}", "'; DROP TABLE listing; --", "\U0001f468\u200d\U0001f469\u200d",
    "\ud7ff\ue000", "<![CDATA[x]]>", "&#0;&#x202e;",
]  # fmt: skip


@pytest.mark.parametrize("field", ["name", "summary", "details", "title", "functions"])
async def test_hostile_text_is_refused_or_found_but_never_breaks_anything(as_, field):
    provider = await as_("provider", "shop")
    values = {
        "title": lambda text: {"plans": [a_plan(title=text)]},
        "functions": lambda text: {"functions": [text]},
    }.get(field, lambda text: {field: text})
    path, tag = "", ""
    for text in HOSTILE:
        if not path:
            answer = await create(provider, **values(text))
        else:
            answer = await provider.put(f"{path}/draft", json=a_body(**values(text)), headers={"If-Match": tag})
        assert answer.status_code in (200, 201, 422), (text, answer.text)
        path = path or answer.headers.get("location", "")
        tag = answer.headers.get("etag", tag)


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
