"""What every service's app has: documents, health, metrics, the timeline."""

import re
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from httpx2 import AsyncClient

from shared.context import Context
from shared.db.transaction import Database
from shared.http import health
from shared.http.app import make_app
from shared.http.auth import Role, required_roles, requires
from shared.http.routes import api_routes, flat
from shared.http.tests import notes
from shared.settings import ServiceSettings
from shared.testing.fixtures import ClientFor, PlainDb
from shared.testing.issuer import Issuer, Token


async def _document(client: AsyncClient) -> dict[str, Any]:
    document: dict[str, Any] = (await client.get("/openapi.json")).json()
    return document


async def test_every_operation_documents_its_problems_as_problem_documents(client: AsyncClient):
    document = await _document(client)
    assert "HTTPValidationError" not in str(document)
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert re.fullmatch(r"[a-z_]+", operation["operationId"]), path
            assert {"400", "503"} <= set(operation["responses"])
            for status, answer in operation["responses"].items():
                if status >= "4":
                    assert list(answer["content"]) == ["application/problem+json"], (path, status)
                    assert answer["content"]["application/problem+json"]["schema"] == {
                        "$ref": "#/components/schemas/Problem"
                    }


async def test_the_document_tells_roles_and_required_headers(client: AsyncClient):
    paths = (await _document(client))["paths"]
    write, change = paths["/v1/notes"]["post"], paths["/v1/notes/{note_id}"]["put"]
    assert (write["security"], write["x-roles"]) == ([{"bearer": []}], ["merchant"])
    assert "security" not in paths["/v1/notes"]["get"]
    assert {"401", "403", "413", "415", "422"} <= set(write["responses"])
    assert {"412", "428", "404", "409"} <= set(change["responses"])
    required = {
        parameter["name"]: parameter["required"]
        for parameter in write["parameters"] + change["parameters"]
        if parameter["in"] == "header"
    }
    assert required == {"Idempotency-Key": True, "If-Match": True}
    assert "note-locked" in change["responses"]["409"]["content"]["application/problem+json"]["examples"]


async def test_the_rights_of_each_route_can_be_read_from_outside(plain_db: PlainDb):
    db = await plain_db("notes")
    app = make_app(notes.service, db, ServiceSettings(database_url=db.url))
    rights = {
        (next(iter(route.methods or ())), str(route.path_format)): required_roles(route.dependant)
        for route in api_routes(app)
    }
    assert rights["POST", "/v1/notes"] == frozenset({Role.MERCHANT})
    assert rights["GET", "/v1/notes"] is None
    assert rights["GET", "/v1/timeline/{correlation_id}"] == frozenset({Role.AUDITOR})


async def test_live_and_ready_say_what_is_missing(stranger: AsyncClient, db: Database, issuer: Issuer):
    assert (await stranger.get("/health/live")).json() == {"status": "live"}
    assert (await stranger.get("/health/ready")).json() == {"status": "ready", "missing": []}

    async def waits() -> list[str]:
        return ["restrictions are 12 facts behind"]

    app = stranger._transport.app  # type: ignore[attr-defined]
    app.state.readiness = waits
    answer = await stranger.get("/health/ready")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["restrictions are 12 facts behind"])


async def test_a_service_without_its_database_is_alive_but_not_ready(
    stranger: AsyncClient, db: Database, monkeypatch: pytest.MonkeyPatch
):
    async def away(_db: Database) -> list[str]:
        return ["the database does not answer"]

    monkeypatch.setattr(health, "_database_missing", away)
    answer = await stranger.get("/health/ready")
    assert (answer.status_code, answer.json()["missing"]) == (503, ["the database does not answer"])
    assert (await stranger.get("/health/live")).status_code == 200


async def test_metrics_name_routes_and_never_ids(client: AsyncClient):
    await client.put(f"/v1/notes/{uuid4()}", json={"title": "x"}, headers={"If-Match": '"v1"'})
    await client.get(f"/v1/{uuid4()}")
    page = (await client.get("/metrics")).text
    assert 'http_requests_total{method="PUT",route="/v1/notes/{note_id}",service="notes",status="404"}' in page
    assert 'route="unmatched"' in page
    assert 'outbox_rows{service="notes"} 0.0' in page
    assert 'database_up{service="notes"} 1.0' in page


async def test_a_story_is_read_in_the_order_of_time_by_auditors_only(client_for: ClientFor, db: Database, token: Token):
    auditor = await client_for(notes.service, db, token("auditor"))
    for number in range(3):
        async with db.transaction(Context(correlation_id="story-7", actor="anna")) as tx:
            tx.record("write_note", f"note/{number}", new={"n": number}, reason="because")
            tx.emit(notes.NoteWritten(note_id=uuid4()))
    path = "/v1/timeline/story-7"
    first = (await auditor.get(path, params={"limit": 4})).json()
    rest = (await auditor.get(path, params={"limit": 4, "cursor": first["next"]})).json()
    story = first["items"] + rest["items"]
    assert len(story) == 6
    assert rest["next"] is None
    assert {entry["kind"] for entry in story} == {"audit", "fact"}
    told = next(entry for entry in story if entry["kind"] == "audit")
    assert (told["actor"], told["reason"], told["data"]["new"]) == ("anna", "because", {"n": 0})
    assert {entry["name"] for entry in story} == {"write_note", "note.written"}
    assert (await auditor.get("/v1/timeline/another")).json() == {"items": [], "next": None}
    assert (await auditor.get("/v1/timeline/no%20id")).status_code == 422
    merchant = {"Authorization": f"Bearer {token('merchant')}"}
    assert (await auditor.get(path, headers=merchant)).status_code == 403


def _including(**options: Any) -> APIRouter:
    outer, middle = APIRouter(), APIRouter()
    middle.include_router(notes.router, **options)
    outer.include_router(middle)
    return outer


def test_included_routers_become_one_list_with_all_that_their_inclusion_adds():
    routes = flat(_including(prefix="/v2", tags=["x"], dependencies=[requires(Role.OFFICER)]))
    assert len(routes) == len(notes.router.routes)
    for route in routes:
        assert isinstance(route, APIRoute)
        assert route.path_format.startswith("/v2/v1/")
        assert (route.tags, required_roles(route.dependant) is None) == (["x"], False)
    change = next(route for route in routes if isinstance(route, APIRoute) and route.operation_id == "change_note")
    assert (409 in change.responses, change.methods) == (True, {"PUT"})


async def test_a_prefixed_router_is_counted_and_kept_by_its_whole_path(
    client_for: ClientFor, db: Database, token: Token
):
    service = replace(notes.service, router=_including(prefix="/v2"))
    client = await client_for(service, db, token("merchant"))
    for path in ("/v2/v1/notes", "/v2/v1/notes"):
        answer = await client.post(path, json={"title": "x"}, headers={"Idempotency-Key": "a"})
        assert answer.status_code == 201
    assert 'route="/v2/v1/notes"' in (await client.get("/metrics")).text
    async with db.transaction() as tx:
        assert await tx.driver.fetchval("SELECT route FROM idempotency") == "POST /v2/v1/notes"
