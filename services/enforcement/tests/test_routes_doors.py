"""Who passes which door, what is open to everybody, and what is refused at the door."""

import pytest

from services.enforcement.tests.asking import (
    CONFIRMATION,
    REASON,
    assert_problem,
    if_match,
)
from services.enforcement.tests.builders import a_provider, hear
from shared.contracts.effects import Effect
from shared.contracts.registry import Hold, Standing
from shared.ids import new_id


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"cause": "bad luck", "evidence": "x", "reason": "y"},
        {"cause": "defect", "evidence": " ", "reason": "y"},
        {"cause": "defect", "evidence": "x", "reason": ""},
        {"cause": "defect", "evidence": "x", "reason": "y\x00"},
        {"cause": "defect", "evidence": "x", "reason": "y", "extra": 1},
        [],
    ],
)
async def test_a_bad_confirmation_is_refused_and_nothing_is_written(anna, market, case_id, body):
    answer = await anna.post(f"/v1/cases/{case_id}/confirmation", json=body, headers=if_match(1))
    assert_problem(answer, 422, "invalid")
    async with market.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM violation") == 0


@pytest.mark.parametrize("path", ["cases", "violations", "penalties", "appeals"])
async def test_what_does_not_exist_is_not_found(anna, path):
    assert_problem(await anna.get(f"/v1/{path}/{new_id()}"), 404, "not-found")


@pytest.mark.parametrize(
    "path",
    [
        "cases/{id}/confirmation",
        "cases/{id}/dismissal",
        "cases/{id}/recommendation",
        "cases/{id}/approval",
        "cases/{id}/return",
        "penalties/{id}/lift",
        "penalties/{id}/extension",
        "appeals/{id}/decision",
    ],
)
async def test_deciding_what_does_not_exist_is_not_found(anna, path):
    body = {"outcome": "uphold", **REASON} if "appeals" in path else REASON
    body = CONFIRMATION if "confirmation" in path or "recommendation" in path else body
    answer = await anna.post(f"/v1/{path.format(id=new_id())}", json=body, headers=if_match(1))
    assert_problem(answer, 404, "not-found")


PROTECTED = [
    ("GET", "/v1/cases", {"officer"}),
    ("GET", "/v1/cases/{id}", {"officer"}),
    ("POST", "/v1/cases/{id}/confirmation", {"officer"}),
    ("POST", "/v1/cases/{id}/dismissal", {"officer"}),
    ("POST", "/v1/cases", {"officer"}),
    ("POST", "/v1/cases/{id}/recommendation", {"officer"}),
    ("POST", "/v1/cases/{id}/approval", {"officer"}),
    ("POST", "/v1/cases/{id}/return", {"officer"}),
    ("POST", "/v1/cases/{id}/interim-measures", {"officer"}),
    ("POST", "/v1/penalties/{id}/extension", {"officer"}),
    ("GET", "/v1/violations", {"officer", "provider"}),
    ("GET", "/v1/violations/{id}", {"officer", "provider"}),
    ("POST", "/v1/violations/{id}/appeals", {"provider"}),
    ("GET", "/v1/penalties", {"officer", "provider"}),
    ("GET", "/v1/penalties/{id}", {"officer", "provider"}),
    ("POST", "/v1/penalties/{id}/lift", {"officer"}),
    ("GET", "/v1/appeals", {"officer", "provider"}),
    ("GET", "/v1/appeals/{id}", {"officer", "provider"}),
    ("POST", "/v1/appeals/{id}/decision", {"officer"}),
    ("POST", "/v1/reports", {"merchant", "provider", "reviewer"}),
    ("GET", "/v1/reports/{id}", {"merchant", "provider", "reviewer"}),
]


async def test_only_the_named_roles_pass_each_door(as_, public):
    roles = ["merchant", "provider", "reviewer", "officer", "auditor", "finance", "service"]
    clients = {role: await as_(role, "somebody") for role in roles}
    for method, path, allowed in PROTECTED:
        url = path.format(id=new_id())
        assert (await public.request(method, url)).status_code == 401, url
        for role, client in clients.items():
            status = (await client.request(method, url)).status_code
            assert (status != 403) is (role in allowed), (role, method, path, status)


async def test_rules_and_measures_are_open_to_everybody(public):
    (book,) = (await public.get("/v1/rulebooks")).json()["items"]
    assert (book["rulebook"], book["version"], book["appeal_window"]) == ("kuaishou", "2020-02-12", "180d")
    act = next(act for act in book["acts"] if act["act"] == "defective-application")
    assert act["condition"]["all"][2]["any"][1] == {"fact": "merchants_affected", "at_least": "300"}
    measures = {row["measure"]: row for row in (await public.get("/v1/measures")).json()["items"]}
    assert measures["delist"]["leaves"]["renew"] == "design-choice"
    assert len(measures) == 11


async def test_an_explanation_of_what_nobody_knows_is_free(public):
    answer = (await public.get(f"/v1/explanations/listing/{new_id()}")).json()
    assert list(answer["effects"]) == [effect.value for effect in Effect]
    assert not any(effect["blocked"] for effect in answer["effects"].values())


async def test_an_explanation_names_the_registry_s_own_block(public, market):
    hold = Hold(effects=frozenset({Effect.ORDER}), clause="7.1", reason="It leaves the market")
    leaving = a_provider(standing=Standing.EXITING, blocked=frozenset({Effect.ORDER}), holds=(hold,))
    await hear(market, leaving)
    effects = (await public.get(f"/v1/explanations/provider/{leaving.provider_id}")).json()["effects"]
    assert effects["order"] == {
        "blocked": True,
        "causes": [],
        "holds": [{"clause": "7.1", "reason": "It leaves the market"}],
    }


@pytest.mark.parametrize(
    "path",
    [
        "/v1/explanations/listing/not-an-id",
        "/v1/explanations/planet/0192f3c1-5a5e-7c3a-9b1e-0a7d3f0c1b2a",
        "/v1/explanations/listing/0192f3c1-5a5e-7c3a-9b1e-0a7d3f0c1b2a?category=order-tools",
        "/v1/explanations/provider_category/0192f3c1-5a5e-7c3a-9b1e-0a7d3f0c1b2a",
        "/v1/explanations/provider_category/0192f3c1-5a5e-7c3a-9b1e-0a7d3f0c1b2a?category=%0A",
    ],
)
async def test_a_bad_question_is_refused(public, path):
    assert_problem(await public.get(path), 422, "invalid")
