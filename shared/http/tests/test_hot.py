"""A hot route answers exactly as the same route declared the general way."""

from dataclasses import replace
from typing import Annotated

import pytest
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import JSONResponse, Response

from shared.http.auth import Caller, Role, requires
from shared.http.hot import HotRoute
from shared.http.routes import flat
from shared.http.tests.notes import service


class Search(BaseModel):
    """Parameters of a query."""

    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=5)] = ""
    most: int | None = Field(None, ge=1)
    trial: bool | None = None


CanWrite = Annotated[Caller, requires(Role.MERCHANT)]
JSON = {"content-type": "application/json"}


class Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: Annotated[int, Field(strict=True, ge=0)]


async def answer(body: Wish, caller: CanWrite, request: Request) -> Response:
    return JSONResponse({"size": body.size, "caller": caller.subject}, 201)


Size = Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]


async def look(size: Size, caller: CanWrite, request: Request) -> Response:
    return JSONResponse({"size": size, "caller": caller.subject})


async def glance(size: Size, request: Request) -> Response:
    return JSONResponse({"size": size})


async def find(wish: Annotated[Search, Query()], request: Request) -> Response:
    return JSONResponse(wish.model_dump(mode="json"))


@pytest.fixture
async def client(client_for, db, token):
    hot, general = APIRouter(route_class=HotRoute), APIRouter()
    hot.post("/v1/hot", operation_id="hot")(answer)
    general.post("/v1/any", operation_id="general")(answer)
    hot.get("/v1/hot/{size}", operation_id="look_hot")(look)
    general.get("/v1/any/{size}", operation_id="look_general")(look)
    hot.get("/v1/open/hot/{size}", operation_id="glance_hot")(glance)
    general.get("/v1/open/any/{size}", operation_id="glance_general")(glance)
    hot.get("/v1/found/hot", operation_id="find_hot")(find)
    general.get("/v1/found/any", operation_id="find_general")(find)
    router = APIRouter()
    router.include_router(hot)
    router.include_router(general)
    return await client_for(replace(service, router=router), db, token("merchant", "anna"))


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        ('{"size": 3}', JSON),
        ('{"size": 3}', {"content-type": "application/json; charset=utf-8"}),
        ('{"size": -1}', JSON),
        ('{"size": "3"}', JSON),
        ('{"size": 3, "more": 1}', JSON),
        ("{}", JSON),
        ("[]", JSON),
        ("null", JSON),
        ('{"size": ', JSON),
        (b"\xff", JSON),
        ("", JSON),
        ('{"size": 3}', {"content-type": "text/plain"}),
        ('{"size": 3}', {"content-type": ""}),
        ('{"size": 3}', {**JSON, "authorization": "Bearer no"}),
        ('{"size": -1}', {**JSON, "authorization": ""}),
        ('{"size": 3' + " " * 2_000_000 + "}", JSON),
    ],
)
async def test_a_hot_route_answers_as_a_general_one(client, content, headers):
    sent = {"x-correlation-id": "story"} | headers
    hot = await client.post("/v1/hot", content=content, headers=sent)
    general = await client.post("/v1/any", content=content, headers=sent)
    assert hot.status_code == general.status_code
    assert hot.text.replace("/v1/hot", "/v1/any") == general.text
    assert hot.headers == general.headers


@pytest.mark.parametrize("size", ["3", "three", "%00", "3%20"])
@pytest.mark.parametrize("headers", [{}, {"content-type": "text/plain"}, {"authorization": "Bearer no"}])
async def test_a_hot_route_without_a_body_answers_as_a_general_one(client, size, headers):
    sent = {"x-correlation-id": "story"} | headers
    hot, general = [await client.get(f"/v1/{name}/{size}", headers=sent) for name in ("hot", "any")]
    assert hot.status_code == general.status_code
    assert hot.text.replace("/v1/hot", "/v1/any") == general.text
    assert hot.headers == general.headers


@pytest.mark.parametrize("size", ["3", "three", "%00"])
@pytest.mark.parametrize("headers", [{}, {"authorization": ""}, {"authorization": "Bearer no"}])
async def test_a_hot_route_for_everybody_answers_as_a_general_one(client, size, headers):
    sent = {"x-correlation-id": "story"} | headers
    hot, general = [await client.get(f"/v1/open/{name}/{size}", headers=sent) for name in ("hot", "any")]
    assert hot.status_code == general.status_code
    assert hot.text.replace("/hot/", "/any/") == general.text
    assert hot.headers == general.headers


@pytest.mark.parametrize(
    "query",
    [
        "",
        "words= a ",
        "words=toolong",
        "most=3&most=4",
        "most=0",
        "most=",
        "most=%20",
        "trial=yes&more=1",
        "trial=maybe",
    ],
)
async def test_a_hot_route_reads_a_query_as_a_general_one(client, query):
    sent = {"x-correlation-id": "story"}
    hot, general = [await client.get(f"/v1/found/{name}?{query}", headers=sent) for name in ("hot", "any")]
    assert hot.status_code == general.status_code
    assert hot.text.replace("/hot", "/any") == general.text
    assert hot.headers == general.headers


def test_a_hot_route_stays_hot_however_it_is_included():
    inner, outer = APIRouter(route_class=HotRoute), APIRouter(prefix="/v1")
    inner.post("/hot")(answer)
    outer.include_router(inner)
    [route] = flat(outer)
    assert isinstance(route, HotRoute)


async def test_a_hot_route_needs_its_right(client_for, db, token, client):
    client.headers["authorization"] = f"Bearer {token('provider')}"
    assert (await client.post("/v1/hot", json={"size": 1})).status_code == 403


def test_a_hot_route_takes_no_other_signature():
    async def other(caller: str, body: Wish, request: Request) -> Response:
        return Response()

    with pytest.raises(TypeError, match="caller with a right"):
        APIRouter(route_class=HotRoute).post("/v1/other")(other)
