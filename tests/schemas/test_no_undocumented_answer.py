"""Every answer of every service, to whomever and to whatever, is one that its OpenAPI document tells of."""

import asyncio
import re

import pytest
from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import JSONResponse

from deploy.devstack.story import acts
from services import registry
from shared.db.engine import new_metadata
from shared.http.auth import Role
from shared.service import Service
from shared.settings import ServiceSettings
from shared.testing.fixtures import ClientFor, PlainDb
from shared.testing.issuer import Issuer, Token
from tests.flows.world import SERVICES, World
from tests.schemas.exploring import Explorer

EXAMPLES = 40
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def everybody(token: Token, **known: str) -> dict[str, str]:
    """A token of every role, of people who own something where there are some; one of all roles, a forged one, none."""
    tokens = {role.value: token(role.value, known.get(role.value, "")) for role in Role}
    tokens["all roles"] = token(",".join(Role), known["provider"])
    return tokens | {"nobody": "", "forger": tokens["officer"][:-12] + "AAAAAAAAAAAA"}


async def a_lived_in_world(world: World) -> dict[str, str]:
    """Things of every kind exist, in several states; returns who owns some of them."""
    provider = await acts.an_admitted_provider(world)
    listing = await acts.a_published_listing(world, provider, "https://www.qingchuan.example/callback")
    await acts.create_listing(provider, acts.an_application(provider.enterprise, ""))
    await world.settle()
    merchant = world.as_("merchant", "merchant-1")
    (await acts.order(merchant, listing)).expect(201)
    await acts.buy(world, merchant, listing)
    violation = await acts.prove(world, "long-interruption", listing_id=listing.listing_id)
    await acts.appeal(provider, violation["violation_id"])
    await world.settle()
    return {"provider": provider.account.subject, "merchant": merchant.subject, "officer": "officer-2"}


async def ids_in(world: World, service: str) -> list[str]:
    """The newest ids that the service has told of."""
    rows = await world[service].rows("SELECT DISTINCT target FROM audit ORDER BY target DESC LIMIT 200")
    found = [match[0] for row in rows if (match := _ID.search(row["target"]))]
    told = await world[service].rows("SELECT payload FROM event_log ORDER BY position DESC LIMIT 50")
    found += [identifier for row in told for identifier in _ID.findall(row["payload"])]
    return sorted(set(found))


@pytest.mark.parametrize("service", SERVICES)
async def test_every_answer_is_one_that_the_document_tells_of(world: World, token: Token, service: str) -> None:
    owners = await a_lived_in_world(world)
    known = await ids_in(world, service)
    assert known
    explorer = Explorer(world.clients[service], everybody(token, **owners), known)
    document = (await world.clients[service].get("/openapi.json")).json()
    await world.close()  # only the interface is asked from here on
    found = await asyncio.to_thread(explorer.explore, document, EXAMPLES)
    assert not found, "\n\n".join(found)


class Thing(BaseModel):
    size: int


flawed = APIRouter()


@flawed.get("/v1/failing/{size}", operation_id="fail", response_model=Thing)
async def fail(size: int) -> Thing:
    if size > 2**31:
        raise RuntimeError("as a database would that has no such number")
    return Thing(size=size)


@flawed.get("/v1/silent/{size}", operation_id="say_nothing", response_model=Thing)
async def say_nothing(size: int) -> JSONResponse:
    return JSONResponse({"code": "not told"}, 409 if size > 100 else 200)


@flawed.get("/v1/wrong/{size}", operation_id="answer_wrongly", response_model=Thing)
async def answer_wrongly(size: int) -> JSONResponse:
    return JSONResponse({"size": "large"})


async def test_a_service_that_does_not_keep_to_its_document_is_found(
    plain_db: PlainDb, client_for: ClientFor, issuer: Issuer
) -> None:
    service = Service("registry", "Flawed", registry, ServiceSettings, new_metadata(), flawed)
    client = await client_for(service, await plain_db("registry"))
    document = (await client.get("/openapi.json")).json()
    explorer = Explorer(client, everybody(issuer.token, provider="provider-1"), [])
    found = await asyncio.to_thread(explorer.explore, document, EXAMPLES)
    assert [text.split("{")[0] for text in found] == ["GET /v1/failing/", "GET /v1/silent/", "GET /v1/wrong/"]
