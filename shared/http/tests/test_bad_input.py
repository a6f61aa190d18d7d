"""Bad input is input: every door answers with a problem that says what is wrong."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from httpx2 import AsyncClient

from shared.db.transaction import Database
from shared.http.tests import notes
from shared.testing.fixtures import ClientFor
from shared.testing.issuer import Token

KEY = {"Idempotency-Key": "k"}
JSON = {"Content-Type": "application/json"}


async def _problem(client: AsyncClient, method: str, path: str, **options: object) -> tuple[int, str]:
    answer = await client.request(method, path, **options)  # type: ignore[arg-type]
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == f"urn:fairmarket:problem:{problem['code']}"
    assert problem["status"] == answer.status_code
    assert problem["correlation_id"] == answer.headers["x-correlation-id"]
    return answer.status_code, problem["code"]


MALFORMED = [
    b"{", b"", b"nul", b"{'title': 'x'}", b"\xff\xfe", b'{"title": "\xe9"}', b"[" * 100_000, b"1" * 5_000,
]  # fmt: skip


@pytest.mark.parametrize("body", MALFORMED, ids=[str(body[:12]) for body in MALFORMED])
async def test_a_body_that_is_no_json_is_malformed(client: AsyncClient, body: bytes):
    status, code = await _problem(client, "POST", "/v1/notes", content=body, headers=KEY | JSON)
    assert (status, code) in {(400, "malformed"), (422, "invalid")}


INVALID = [
    {}, [], 1, None, {"title": ""}, {"title": " \t "}, {"title": "a\nb"}, {"title": "a\x00b"}, {"title": "x" * 201},
    {"title": 5}, {"title": "x", "text": "\x00"}, {"title": "x", "text": "x" * 20_001}, {"title": "x", "more": 1},
    {"title": "x", "size": 1.5}, {"title": "x", "size": 2**63}, {"title": "x", "size": "\x00"}, {"title": "a\u2028b"},
]  # fmt: skip


@pytest.mark.parametrize("body", INVALID, ids=[str(body)[:30].encode("unicode_escape").decode() for body in INVALID])
async def test_an_invalid_value_is_told_with_its_place(client: AsyncClient, body: object):
    assert await _problem(client, "POST", "/v1/notes", json=body, headers=KEY) == (422, "invalid")


async def test_lone_surrogates_in_values_and_names_are_invalid(client: AsyncClient):
    for body in (rb'{"title": "\ud800"}', rb'{"title": "x", "\ud800": 1}'):
        assert await _problem(client, "POST", "/v1/notes", content=body, headers=KEY | JSON) == (422, "invalid")


async def test_places_are_json_pointers(client: AsyncClient):
    answer = await client.post("/v1/notes", json={"size": "x", "a/b~c": 1}, headers=KEY)
    places = {(error["in"], error["pointer"]) for error in answer.json()["errors"]}
    assert places == {("body", "/title"), ("body", "/size"), ("body", "/a~1b~0c")}
    query = await client.get("/v1/notes", params={"limit": 0})
    assert query.json()["errors"][0] | {"message": ""} == {"in": "query", "pointer": "/limit", "message": ""}


async def test_a_body_of_another_type_is_not_supported(client: AsyncClient):
    for kind in ("text/plain", "application/xml", "multipart/form-data; boundary=x", "nonsense"):
        told = await _problem(client, "POST", "/v1/notes", content=b"title=x", headers=KEY | {"Content-Type": kind})
        assert told == (415, "unsupported-media-type"), kind


async def test_a_missing_body_is_invalid(client: AsyncClient):
    assert await _problem(client, "POST", "/v1/notes", headers=KEY) == (422, "invalid")


@pytest.fixture
async def narrow(client_for: ClientFor, db: Database, token: Token) -> AsyncClient:
    return await client_for(notes.service, db, token("merchant"), body_limit_bytes=1_000)


async def _chunks(count: int) -> AsyncIterator[bytes]:
    yield b'{"title": "'
    for _ in range(count):
        yield b"x" * 100
    yield b'"}'


async def test_an_oversized_body_is_refused_declared_or_not(narrow: AsyncClient, db: Database):
    big = b'{"title": "x", "text": "' + b"x" * 2_000 + b'"}'
    for path in ("/v1/notes", "/v1/nowhere", f"/v1/notes/{uuid4()}/pin"):
        assert await _problem(narrow, "POST", path, content=big, headers=KEY | JSON) == (413, "too-large")
    assert await _problem(narrow, "POST", "/v1/notes", content=_chunks(20), headers=KEY | JSON) == (413, "too-large")
    lies = KEY | JSON | {"Content-Length": "10"}
    assert await _problem(narrow, "POST", "/v1/notes", content=_chunks(20), headers=lies) == (413, "too-large")
    assert (await narrow.post("/v1/notes", content=_chunks(1), headers=KEY | JSON)).status_code == 201


async def test_a_nul_in_the_address_is_malformed(client: AsyncClient):
    assert await _problem(client, "GET", "/v1/notes/%00") == (400, "malformed")
    assert await _problem(client, "GET", "/v1/notes?title=%00") == (400, "malformed")


async def test_an_unknown_path_and_a_wrong_method_are_told_as_problems(client: AsyncClient):
    assert await _problem(client, "GET", "/v1/nowhere") == (404, "not-found")
    assert await _problem(client, "GET", "/v1/notes/") == (404, "not-found")
    assert await _problem(client, "PATCH", "/v1/notes") == (405, "method-not-allowed")
    assert (await client.patch("/v1/notes")).headers["allow"]
    assert await _problem(client, "PUT", "/v1/notes/no-uuid", json={"title": "x"}) == (428, "version-required")


async def _written(client: AsyncClient) -> str:
    answer = await client.post("/v1/notes", json={"title": "first"}, headers=KEY)
    return str(answer.headers["location"])


async def test_a_change_must_name_the_version_it_saw(client: AsyncClient):
    path = await _written(client)
    change = {"title": "second"}
    for nothing in ({}, {"If-Match": "*"}, {"If-Match": ""}):
        assert await _problem(client, "PUT", path, json=change, headers=nothing) == (428, "version-required")
    for stale in ('"v2"', '"v0"', 'W/"v1"', "v1", '"v1", "v2"', '"v-1"', '"v' + "9" * 30 + '"', '"v１"'):
        told = await _problem(client, "PUT", path, json=change, headers={"If-Match": stale.encode()})
        assert told == (412, "stale-version"), stale
    fresh = await client.put(path, json=change, headers={"If-Match": '"v1"'})
    assert (fresh.status_code, fresh.headers["etag"]) == (200, '"v2"')
    assert await _problem(client, "PUT", path, json=change, headers={"If-Match": '"v1"'}) == (412, "stale-version")


async def test_a_refusal_carries_its_facts_and_speaks_the_readers_language(client: AsyncClient):
    path = await _written(client)
    headers = {"If-Match": '"v1"', "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}
    answer = await client.put(path, json={"title": "locked"}, headers=headers)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["title"]) == (409, "note-locked", "便签已锁定")
    assert problem["since"] == "2020-02-12"
    assert problem["by"] == {"decision": path.rpartition("/")[2]}
    assert answer.headers["content-language"] == "zh-CN"
    english = await client.put(path, json={"title": "locked"}, headers=headers | {"Accept-Language": "en, zh;q=0.5"})
    assert english.json()["title"] == "The note is locked"
    generic = await client.get("/v1/nowhere", headers={"Accept-Language": "zh"})
    assert generic.json()["title"] == "资源不存在"


async def test_pages_follow_each_other_and_a_broken_cursor_is_invalid(client: AsyncClient):
    for number in range(5):
        await client.post("/v1/notes", json={"title": f"n{number}"}, headers={"Idempotency-Key": str(number)})
    seen, cursor = [], ""
    while True:
        page = (await client.get("/v1/notes", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        seen += [item["title"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
        last = cursor
    assert seen == [f"n{number}" for number in range(5)]
    for broken in (last[:-2], last[::-1], "x", "AAAA", "é", "=" * 9, last + "A" * 900):
        assert await _problem(client, "GET", "/v1/notes", params={"cursor": broken}) == (422, "invalid"), broken


async def test_the_storefront_may_call_from_its_origin_only(client_for: ClientFor, db: Database):
    shop = "https://shop.example"
    client = await client_for(notes.service, db, cors_origins=[shop])
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "idempotency-key,authorization"}
    allowed = await client.options("/v1/notes", headers={"Origin": shop, **ask})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == shop
    assert "Idempotency-Key" in allowed.headers["access-control-allow-headers"]
    other = await client.options("/v1/notes", headers={"Origin": "https://evil.example", **ask})
    assert "access-control-allow-origin" not in other.headers
    broken = await client.post("/v1/broken", json={"title": "x"}, headers={"Origin": shop})
    assert (broken.status_code, broken.headers["access-control-allow-origin"]) == (500, shop)
    assert "ETag" in broken.headers["access-control-expose-headers"]
