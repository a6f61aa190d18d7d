"""What is wrong with an application is said with its field, by HTTP, and leaves nothing behind."""

import asyncio

import pytest

from services.registry.reactions.restriction_changed import keep_restriction
from services.registry.tests.acting import REASON, a_form, act, apply, submitted, upload
from services.registry.tests.builders import (
    a_cause,
    a_code,
    a_statement,
    an_admitted_provider_in,
    an_identity_number,
    received_restriction,
)
from shared.contracts.effects import Effect, Target

TABLES = ("provider", "application", "person", "person_key", "trait", "link", "outbox", "audit", "idempotency")
WRONG_CODE = a_code()[:-1] + "I"
ACCOUNT = {"bank_name": "b", "bank_code": "1", "account_name": "another", "account_number": "12"}


async def rows_of(db):
    async with db.transaction() as tx:
        return {table: await tx.driver.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}


@pytest.mark.parametrize(
    ("wrong", "code", "pointers"),
    [
        ({"unified_social_credit_code": "91110000600037341X"}, "invalid", ["/unified_social_credit_code"]),
        ({"unified_social_credit_code": WRONG_CODE}, "invalid", ["/unified_social_credit_code"]),
        ({"unified_social_credit_code": a_code("92")}, "not-an-enterprise", ["/unified_social_credit_code"]),
        ({"unified_social_credit_code": ""}, "invalid", ["/unified_social_credit_code"]),
        (
            {"representative": {"identity_number": an_identity_number()[:-1] + "Y"}},
            "invalid",
            ["/representative/identity_number"],
        ),
        (
            {"representative": {"identity_number": "110105299912310021"}, "settlement_account": ACCOUNT},
            "invalid",
            [
                "/representative/identity_number",
                "/settlement_account/bank_code",
                "/settlement_account/account_name",
                "/settlement_account/account_number",
            ],
        ),
        ({"security_contact": {"email": "nobody", "phone": "call me"}}, "invalid", ["/security_contact/email"]),
        ({"website": "javascript:alert(1)"}, "invalid", ["/website"]),
        ({"legal_name": ""}, "invalid", ["/legal_name"]),
        ({"is_admitted": True}, "invalid", ["/is_admitted"]),
    ],
)
async def test_a_bad_application_names_its_fields_and_leaves_nothing(db, as_, wrong, code, pointers):
    provider, before = await as_("provider", "shop"), await rows_of(db)
    refused = await apply(provider, **wrong)
    assert refused.status_code == 422, refused.text
    told = refused.json()
    assert told["code"] == code
    assert [error["pointer"] for error in told["errors"]][: len(pointers)] == pointers
    assert await rows_of(db) == before
    assert (await apply(provider)).status_code == 201


async def test_a_second_application_of_the_account_is_refused_and_leaves_nothing(db, as_):
    provider = await as_("provider", "shop")
    first, before = await apply(provider), await rows_of(db)
    second = await apply(provider, "key-2")
    assert (second.status_code, second.json()["code"]) == (409, "account-has-provider")
    assert second.json()["provider_id"] == first.json()["provider_id"]
    assert await rows_of(db) == before


async def test_the_identity_of_an_expelled_provider_is_stopped_and_leaves_nothing(db, as_, clock):
    gone = await an_admitted_provider_in(db, "gone", statement=a_statement())
    async with db.transaction() as tx:
        target = Target(kind="provider", id=gone.provider_id)
        await keep_restriction(tx, [received_restriction(target, a_cause(*Effect, from_=clock.at))])
    provider, before = await as_("provider", "shop"), await rows_of(db)
    refused = await apply(provider, unified_social_credit_code=gone.unified_social_credit_code.lower())
    assert (refused.status_code, refused.json()["code"]) == (409, "identity-barred")
    assert refused.json()["errors"][0]["pointer"] == "/unified_social_credit_code"
    assert str(gone.provider_id) not in refused.text
    assert await rows_of(db) == before
    path = (await apply(provider)).headers["location"]
    corrected = await provider.put(
        f"{path}/profile",
        json=a_form(unified_social_credit_code=gone.unified_social_credit_code),
        headers={"If-Match": '"v1"'},
    )
    assert (corrected.status_code, corrected.json()["code"]) == (409, "identity-barred")


@pytest.mark.parametrize(
    ("steps", "bodies"),
    [
        (("admission", "admission"), (REASON, REASON)),
        (("admission", "rejection"), (REASON, {"objections": [{"field": "website", "reason": "不可访问"}]})),
    ],
)
async def test_of_two_officers_who_decide_at_once_one_wins_and_the_other_gets_412(db, as_, steps, bodies):
    path, waiting = await submitted(await as_("provider", "shop"))
    anna, bea = await as_("officer", "anna"), await as_("officer", "bea")
    verified = await act(anna, f"{path}/verification", waiting.headers["etag"], REASON)
    tag = verified.headers["etag"]
    answers = await asyncio.gather(
        act(anna, f"{path}/{steps[0]}", tag, bodies[0]), act(bea, f"{path}/{steps[1]}", tag, bodies[1])
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    async with db.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM outbox WHERE type = 'application.decided'") == 1
        assert await tx.driver.fetchval("SELECT count(*) FROM notice WHERE kind LIKE 'application.%'") == 1


async def test_a_mistaken_code_is_corrected_before_the_admission_and_verified_anew(as_):
    provider, officer = await as_("provider", "shop"), await as_("officer")
    form, wrong, right = a_form(), a_code(), a_code()
    path = (await apply(provider, **{**form, "unified_social_credit_code": wrong})).headers["location"]
    sent = await upload(provider, path, "business_licence", 7, number=wrong)
    assert sent.status_code == 201, sent.text
    corrected = await provider.put(
        f"{path}/profile",
        json={**form, "unified_social_credit_code": right},
        headers={"If-Match": sent.headers["etag"]},
    )
    assert corrected.status_code == 200, corrected.text
    assert corrected.json()["unified_social_credit_code"] == right
    assert "document.business_licence" in {missing["field"] for missing in corrected.json()["missing"]}
    found = (await officer.get(path)).json()
    assert (found["unified_social_credit_code"], found["same_code"]) == (right, [])
    kept = await provider.put(
        f"{path}/profile",
        json={**form, "unified_social_credit_code": ""},
        headers={"If-Match": corrected.headers["etag"]},
    )
    assert kept.json()["unified_social_credit_code"] == right
    bad = await provider.put(
        f"{path}/profile",
        json={**form, "unified_social_credit_code": a_code("92")},
        headers={"If-Match": kept.headers["etag"]},
    )
    assert (bad.status_code, bad.json()["code"]) == (422, "not-an-enterprise")


async def test_the_code_of_an_admitted_provider_is_settled(as_):
    provider, officer = await as_("provider", "shop"), await as_("officer")
    path, waiting = await submitted(provider)
    verified = await act(officer, f"{path}/verification", waiting.headers["etag"], REASON)
    admitted = await act(officer, f"{path}/admission", verified.headers["etag"], REASON)
    profile = (await provider.get(f"{path}/profile")).json()
    form = {name: value for name, value in profile.items() if name != "version"}
    settled = await provider.put(
        f"{path}/profile",
        json={**form, "unified_social_credit_code": a_code()},
        headers={"If-Match": admitted.headers["etag"]},
    )
    assert (settled.status_code, settled.json()["fields"]) == (409, ["unified_social_credit_code"])
