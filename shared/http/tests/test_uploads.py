"""One route may take a file that is larger than any other body; all the others keep the general limit."""

from typing import Any

import pytest
from fastapi import APIRouter, Request

import shared.http.tests
from shared.db.engine import new_metadata
from shared.db.tables import add_plumbing
from shared.http.uploads import upload
from shared.service import Service
from shared.settings import ServiceSettings

router = APIRouter()
metadata = new_metadata()
add_plumbing(metadata)


@router.post("/things/{name}/file", operation_id="put_file", openapi_extra=upload(5_000, "application/pdf"))
async def put_file(name: str, request: Request) -> dict[str, int]:
    return {"size": len(await request.body())}


@router.post("/things/{name}", operation_id="put_thing")
async def put_thing(name: str, request: Request) -> dict[str, int]:
    return {"size": len(await request.body())}


service = Service("registry", "Uploads", shared.http.tests, ServiceSettings, metadata, router)


@pytest.fixture
async def client(client_for, plain_db):
    return await client_for(service, await plain_db("registry"), body_limit_bytes=1_000)


def _in_pieces(size: int) -> Any:
    async def pieces():
        for _ in range(size // 500):
            yield b"x" * 500

    return pieces()


@pytest.mark.parametrize("as_sent", [lambda size: b"x" * size, _in_pieces], ids=["with a length", "in pieces"])
async def test_the_route_takes_a_file_up_to_its_own_limit_and_the_others_do_not(client, as_sent):
    assert (await client.post("/things/a/file", content=as_sent(5_000))).json() == {"size": 5_000}
    too_large = await client.post("/things/a/file", content=as_sent(5_500))
    assert too_large.status_code == 413
    assert "5000 bytes" in too_large.json()["detail"]
    assert (await client.post("/things/a", content=as_sent(1_500))).status_code == 413
    assert (await client.post("/things/a", content=as_sent(1_000))).status_code == 200


async def test_the_document_says_what_the_route_takes(client):
    operation = (await client.get("/openapi.json")).json()["paths"]["/things/{name}/file"]["post"]
    assert operation["x-body-limit"] == 5_000
    assert operation["requestBody"]["content"]["application/pdf"]["schema"]["format"] == "binary"
