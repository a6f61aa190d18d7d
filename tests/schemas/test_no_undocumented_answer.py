"""Every answer of every service, to whomever and to whatever, is one that its OpenAPI document tells of."""

import asyncio
import json
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import JSONResponse

from deploy.devstack.story import acts
from deploy.devstack.story.enterprise import an_enterprise
from services import registry
from shared.db.engine import new_metadata
from shared.http.auth import Role
from shared.service import Service
from shared.settings import ServiceSettings
from shared.testing.fixtures import ClientFor, PlainDb
from shared.testing.issuer import Issuer, Token
from tests.flows.world import SERVICES, World
from tests.schemas.exploring import Explorer

EXAMPLES = 30


def everybody(token: Token, **known: str) -> dict[str, str]:
    """A token of every role, of people who own something where there are some; one of all roles, a forged one, none."""
    tokens = {role.value: token(role.value, known.get(role.value, "")) for role in Role}
    tokens |= {f"another {role.value}": token(role.value, f"{role.value}-9") for role in Role}
    tokens["all roles"] = token(",".join(Role), known["provider"])
    return tokens | {"nobody": "", "forger": tokens["officer"][:-12] + "AAAAAAAAAAAA"}


async def a_lived_in_world(world: World) -> dict[str, str]:
    """Things of every kind exist, in several states; returns who owns some of them."""
    world.correlation_id = "lived-in"
    provider = await acts.an_admitted_provider(world)
    listing = await acts.a_published_listing(world, provider, "https://www.qingchuan.example/callback")
    for number in range(3):
        content = await acts.an_application(provider, f"https://www.qingchuan.example/{number}", an_enterprise())
        draft = (await acts.create_listing(provider, content))["listing_id"]
    await acts.submit(provider, draft)
    await world.settle()
    (await provider.account.post("registry", f"/v1/apps/{listing.listing_id}/keys", {})).expect(201)
    merchant = world.as_("merchant", "merchant-1")
    (await acts.order(merchant, listing)).expect(201)
    await acts.buy(world, merchant, listing)
    await said_of_the_listing(world, listing)
    for act in ("misplaced-repeatedly", "long-interruption"):
        violation = await acts.prove(world, act, listing_id=listing.listing_id)
    await acts.appeal(provider, violation["violation_id"])
    for act in ("off-platform-trade", "data-crawling"):
        await acts.report(world, act, provider_id=provider.provider_id)
    await an_expulsion_under_way(world)
    await applicants(world)
    await accounts_of_one_provider(world)
    await acts.file_profile_change(provider)
    for _ in range(2):
        await acts.file_profile_change(await acts.an_admitted_provider(world))
    await world.settle()
    return {"provider": provider.account.subject, "merchant": merchant.subject, "officer": "officer-2"}


async def said_of_the_listing(world: World, listing: acts.Listing) -> None:
    """A buyer reviews it, and its provider announces that it rests."""
    path = f"/v1/listings/{listing.listing_id}"
    merchant, account = world.as_("merchant", "merchant-1"), listing.provider.account
    (await merchant.post("orders", f"{path}/reviews", {"rating": 4, "text": "好用"})).expect(201)
    (await account.post("monitoring", f"{path}/maintenances", {**days_ahead(), "reason": "升级"})).expect(201)


def days_ahead() -> dict[str, str]:
    starts_at = datetime.now(UTC) + timedelta(days=5)
    return {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=1)).isoformat()}


async def applicants(world: World) -> None:
    """Some wait for staff; the one of the account `provider-9` has only begun."""
    await acts.apply(world, replace(an_enterprise(), mark="9"))
    for _ in range(3):
        applicant, _ = await acts.apply(world, an_enterprise())
        await acts.submit_application(applicant)
        await acts.request_qualification(applicant)


async def accounts_of_one_provider(world: World) -> None:
    """Two are linked, two more are proposed by what they share."""
    officer, enterprise = world.as_("officer", "officer-1"), an_enterprise()
    accounts = [(await acts.apply(world, replace(an_enterprise(), phone=enterprise.phone)))[0] for _ in range(4)]
    one, other, *_ = (account.provider_id for account in accounts)
    found = {"provider_id": one, "other_id": other, "reason": "实际控制人为同一人", "evidence": "受益人登记一致"}
    (await officer.post("registry", "/v1/links", found)).expect(201)


async def an_expulsion_under_way(world: World) -> None:
    """With measures in the meantime, and recommended by one officer."""
    officer, other = world.as_("officer", "officer-1"), await acts.an_admitted_provider(world)
    await world.settle()
    said = {"evidence": "聊天记录", "reason": "情节严重"}
    charge = said | {"kind": "expulsion", "act": "off-platform-trade", "provider_id": other.provider_id}
    case = (await officer.post("enforcement", "/v1/cases", charge)).expect(201)
    path, order = f"/v1/cases/{case['case_id']}", {"measures": ["freeze"], "reason": "商家资金有风险"}
    (await officer.post("enforcement", f"{path}/interim-measures", order)).expect(201)
    (await officer.post("enforcement", f"{path}/recommendation", said, version=case.version)).expect(200)


async def likely(world: World, service: str) -> dict[str, list[Any]]:
    """Ids of things that exist, by the name that all services call them; and values that the rules know."""
    found: dict[str, set[str]] = defaultdict(set)
    for member in world.members.values():
        for row in await member.rows("SELECT payload FROM event_log"):
            for name, value in json.loads(row["payload"]).items():
                if name.endswith("_id") and value is not None:
                    found[name].add(value)
        for row in await member.rows("SELECT target FROM audit"):
            kind, _, identifier = row["target"].partition(":")
            found[f"{kind}_id"].add(identifier)
    ids = {name: sorted(values) for name, values in found.items()}
    for row in await world["orders"].rows("SELECT key FROM listing"):
        ids["listing_id"] += 4 * [row["key"]]  # what is published comes further than a draft
    documents = await world["registry"].rows("SELECT document_id FROM document")
    ids["document_id"] = [str(row["document_id"]) for row in documents]
    ids["change_id"] = ids.get("profile_change_id", [])
    ids["request_id"] = ids.get("qualification_request_id", [])
    notices = await world["registry"].rows("SELECT notice_id FROM notice ORDER BY created_at")
    ids["notice_id"] = [str(row["notice_id"]) for row in notices[:2]]  # those of whom this is about
    ids["app_id"] = ids["listing_id"]
    ids["app_key"] = [row["app_key"] for row in await world["registry"].rows("SELECT app_key FROM app_key")]
    images = [row["sha256"] for row in await world["catalog"].rows("SELECT sha256 FROM image")]
    target_ids = ids["listing_id"] + ids["provider_id"]
    if service == "registry":  # who has not been decided of comes further there
        waiting = await world["registry"].rows("SELECT provider_id FROM provider WHERE standing = 'applied'")
        ids["provider_id"] += 2 * [str(row["provider_id"]) for row in waiting]
        ids["other_id"] = ids["provider_id"]
    return ids | {
        "target_id": target_ids,
        "correlation_id": ["lived-in"],
        "plan_id": ["yearly"],
        "price_fen": [acts.YEARLY["price_fen"]],
        "category": ["erp", "training"],
        "act": ["long-interruption", "off-platform-trade", "defective-application"],
        "happened_at": ["2026-01-05T08:00:00Z"],
        "rating": [5],
        **{name: [value] for name, value in days_ahead().items()},
        "agreement": ["developer", "service"],
        "version": ["2020-02"],
        "in_force_at": ["2028-01-01T00:00:00Z"],
        "unified_social_credit_code": [an_enterprise().code],
        "decision": ["approve", "reject", "request_changes"],
        "clauses": [["6.1.2"]],
        "cause": ["defect", None],
        "objections": [[{"field": "website", "reason": "打不开"}]],
        "items": [["enterprise"], ["contacts"]],
        "kind": ["business_licence", "account_permit"],
        "website": ["https://www.qingchuan.example"],
        "sha256": images,
        "logo": images,
        "callback_url": ["https://www.qingchuan.example/callback"],
        "support_url": ["https://www.qingchuan.example/support"],
        "help_url": ["https://www.qingchuan.example/help"],
        "plans": [[acts.YEARLY]],
    }


@pytest.mark.timeout(600)  # as many questions as there are operations, with both processors busy
class EveryAnswer:
    """One class for each service, so that several processes can ask at the same time."""

    service: str

    async def test_is_one_that_the_document_tells_of(self, world: World, token: Token) -> None:
        owners = await a_lived_in_world(world)
        client = world.clients[self.service]
        explorer = Explorer(client, everybody(token, **owners), await likely(world, self.service))
        document = (await client.get("/openapi.json")).json()
        await world.close()  # only the interface is asked from here on
        found = await asyncio.to_thread(explorer.explore, document, EXAMPLES)
        assert not found, "\n\n".join(found)
        refused = [label for label, statuses in explorer.reached.items() if min(statuses) >= 300]
        assert 2 * len(refused) <= len(explorer.reached) + 1, f"only refused, so that little was seen: {refused}"


class TestRegistry(EveryAnswer):
    service = "registry"


class TestCatalog(EveryAnswer):
    service = "catalog"


class TestOrders(EveryAnswer):
    service = "orders"


class TestMonitoring(EveryAnswer):
    service = "monitoring"


class TestEnforcement(EveryAnswer):
    service = "enforcement"


def test_no_service_is_left_out() -> None:
    assert {asked.service for asked in EveryAnswer.__subclasses__()} == set(SERVICES)


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
    explorer = Explorer(client, everybody(issuer.token, provider="provider-1"), {})
    found = await asyncio.to_thread(explorer.explore, document, EXAMPLES)
    assert [text.split("{")[0] for text in found] == ["GET /v1/failing/", "GET /v1/silent/", "GET /v1/wrong/"]
