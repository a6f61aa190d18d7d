"""The registry's HTTP contract: statuses, problems, rights and ownership."""

import json

import pytest

from services.registry.domain.person import PersonRole
from services.registry.tests.acting import REASON, a_form, act, apply, submitted, upload
from services.registry.tests.builders import NEEDED
from shared.ids import new_id


async def test_the_whole_admission_by_http(as_):
    provider, officer = await as_("provider", "shop"), await as_("officer")
    path, waiting = await submitted(provider)
    shown = waiting.json()
    assert [missing["field"] for missing in shown["missing"]] == [
        "verification.enterprise", "verification.representative", "verification.contacts",
        "verification.settlement_account",
    ]  # fmt: skip
    assert (shown["application"]["state"], shown["application"]["round"]) == ("submitted", 1)
    [queued] = (await officer.get("/v1/applications")).json()["items"]
    assert (queued["provider_id"], queued["due_at"]) == (shown["provider_id"], shown["application"]["due_at"])

    claimed = await act(officer, f"/v1/applications/{shown['provider_id']}/claim", waiting.headers["etag"])
    assert (claimed.status_code, claimed.json()["application"]["claimed_by"]) == (200, "officer-1")
    assert (await officer.get("/v1/applications?unclaimed=true")).json()["items"] == []
    verified = await act(officer, f"{path}/verification", claimed.headers["etag"], REASON)
    assert verified.status_code == 200, verified.text
    qualified = await officer.post(f"{path}/qualifications", json={"category": "erp"})
    assert qualified.status_code == 201, qualified.text
    admitted = await act(officer, f"{path}/admission", qualified.headers["etag"], REASON)
    assert admitted.status_code == 200, admitted.text
    shown = admitted.json()
    assert (shown["standing"], shown["missing"], shown["categories"]) == ("admitted", [], ["erp"])
    assert shown["application"]["state"] == "admitted"
    explained = (await (await as_("")).get(f"{path}/explanation")).json()
    assert explained["effects"]["order"] == {"blocked": False, "causes": []}


async def test_another_officer_hears_who_has_the_application(as_):
    path, waiting = await submitted(await as_("provider"))
    claim = f"/v1/applications/{waiting.json()['provider_id']}/claim"
    claimed = await act(await as_("officer", "anna"), claim, waiting.headers["etag"])
    other = await as_("officer", "bea")
    for step, body in (("verification", REASON), ("rejection", {"objections": [{"field": "website", "reason": "x"}]})):
        refused = await act(other, f"{path}/{step}", claimed.headers["etag"], body)
        assert (refused.status_code, refused.json()["code"]) == (409, "application-claimed")
        assert (refused.json()["claimed_by"], bool(refused.json()["claimed_until"])) == ("anna", True)
    assert (await (await as_("provider")).get(path)).json()["application"]["claimed_by"] == ""


@pytest.mark.parametrize(("step", "state"), [("change-requests", "changes_requested"), ("rejection", "rejected")])
async def test_objections_reach_the_provider_field_by_field(as_, step, state):
    provider = await as_("provider", "shop")
    path, waiting = await submitted(provider)
    objections = [{"field": "document.business_licence", "reason": "照片模糊，无法辨认"}]
    body = {"objections": objections}
    decided = await act(await as_("officer"), f"{path}/{step}", waiting.headers["etag"], body)
    assert decided.status_code == 200, decided.text
    application = (await provider.get(path)).json()["application"]
    assert application["state"] == state
    assert application["objections"] == [{**objections[0], "clause": "3.1"}]
    again = await act(provider, f"{path}/submission", decided.headers["etag"])
    assert (again.status_code, again.json()["application"]["round"]) == (200, 2)


@pytest.mark.parametrize(
    "body", [{}, {"objections": []}, {"objections": [{"field": "nonsense", "reason": "x"}]},
             {"objections": [{"field": "website", "reason": " "}]},
             {"objections": [{"field": "website", "reason": "身份证11010519491231002X不符"}]}],
)  # fmt: skip
async def test_a_decision_without_usable_reasons_is_refused(as_, body):
    path, waiting = await submitted(await as_("provider"))
    answer = await act(await as_("officer"), f"{path}/rejection", waiting.headers["etag"], body)
    assert answer.status_code == 422, answer.text


async def test_an_applicants_explanation_names_the_clause_to_everybody(as_):
    path = (await apply(await as_("provider"))).headers["location"]
    order = (await (await as_("")).get(f"{path}/explanation?category=erp")).json()["effects"]["order"]
    assert order["blocked"] is True
    assert order["causes"][0]["clause"] == "3.1"


async def test_the_same_key_gives_the_same_answer_and_one_provider(as_):
    client, body = await as_("provider"), a_form()
    headers = {"Idempotency-Key": "again"}
    first = await client.post("/v1/providers", json=body, headers=headers)
    again = await client.post("/v1/providers", json=body, headers=headers)
    assert (first.json(), again.status_code) == (again.json(), 201)


async def test_a_second_application_of_the_account_names_the_first(as_):
    client = await as_("provider")
    first = await apply(client)
    second = await apply(client, key="key-2")
    assert (second.status_code, second.json()["code"]) == (409, "account-has-provider")
    assert second.json()["provider_id"] == first.json()["provider_id"]


async def test_an_early_submission_says_what_is_missing_in_both_languages(as_):
    client = await as_("provider")
    path = (await apply(client)).headers["location"]
    refused = await act(client, f"{path}/submission", '"v1"')
    assert (refused.status_code, refused.json()["code"]) == (409, "provider-incomplete")
    assert refused.json()["missing"] == [
        *(f"document.{kind}" for kind in NEEDED), "agreement.developer", "agreement.service",
    ]  # fmt: skip
    assert all(item["en"] and item["zh"] for item in refused.json()["advice"])


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"unified_social_credit_code": "91110000600037341X"}, "unified_social_credit_code"),
        ({"unified_social_credit_code": "   "}, "unified_social_credit_code"),
        ({"legal_name": ""}, "legal_name"),
        ({"legal_name": "a\nb"}, "legal_name"),
        ({"legal_name": "x\x00y"}, "legal_name"),
        ({"legal_name": "x" * 201}, "legal_name"),
        ({"legal_name": 7}, "legal_name"),
        ({"support_contact": {"email": "nobody"}}, "/support_contact/email"),
        ({"security_contact": {"phone": "call me"}}, "/security_contact/phone"),
        ({"representative": {"identity_number": "110105194912310021"}}, "/representative/identity_number"),
        ({"representative": {"passport": "E1"}}, "/representative/passport"),
        ({"representative": "王示例"}, "/representative"),
        ({"settlement_account": {"account_name": "王示例"}}, "/settlement_account/account_name"),
        ({"settlement_account": {"bank_code": "7"}}, "/settlement_account/bank_code"),
        ({"registered_address": "a\nb"}, "registered_address"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"website": "https://user:secret@example.com"}, "website"),
        ({"website": "https://"}, "website"),
        ({"website": "http://[::1"}, "website"),
        ({"standing": "admitted"}, "standing"),
    ],
)
async def test_bad_input_is_named_by_its_field(as_, values, pointer):
    answer = await apply(await as_("provider"), **values)
    assert answer.status_code == 422, answer.text
    assert pointer in json.dumps(answer.json()["errors"])
    stated = [value for value in values.values() for value in (value.values() if isinstance(value, dict) else ())]
    assert [value for value in stated if value in answer.text and len(value) > 1] == []


@pytest.mark.parametrize("text", ['"', "[]", "null", "{", '{"legal_name": "\\ud800"}', "\xff"])
async def test_a_body_that_is_no_application_is_refused(as_, text):
    client = await as_("provider")
    headers = {"Idempotency-Key": "k", "content-type": "application/json"}
    answer = await client.post("/v1/providers", content=text.encode("latin-1"), headers=headers)
    assert answer.status_code in (400, 422), answer.text


async def test_a_megabyte_is_refused_before_it_is_read(as_):
    answer = await apply(await as_("provider"), legal_name="x" * 1_100_000)
    assert answer.status_code == 413


async def test_applying_needs_a_key(as_):
    client = await as_("provider")
    answer = await client.post("/v1/providers", json=a_form())
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-required")


@pytest.mark.parametrize("act", ["verification", "admission"])
async def test_a_decision_names_the_version_it_was_made_against(as_, act):
    path = (await apply(await as_("provider"))).headers["location"]
    officer, body = await as_("officer"), {"reason": "checked"}
    assert (await officer.post(f"{path}/{act}", json=body)).status_code == 428
    assert (await officer.post(f"{path}/{act}", json=body, headers={"If-Match": '"v9"'})).status_code == 412
    assert (await officer.post(f"{path}/{act}", json=body, headers={"If-Match": "nonsense"})).status_code == 412
    assert (await officer.post(f"{path}/{act}", json={"reason": " "}, headers={"If-Match": '"v1"'})).status_code == 422


async def test_another_providers_things_do_not_exist(as_):
    path = (await apply(await as_("provider", "shop"))).headers["location"]
    stranger = await as_("provider", "stranger")
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.get(f"{path}/profile")).status_code == 404
    assert (await stranger.get(f"{path}/documents")).status_code == 404
    assert (await upload(stranger, path, "business_licence")).status_code == 404
    for step in ("submission", "withdrawal"):
        assert (await act(stranger, f"{path}/{step}", '"v1"')).status_code == 404
    signature = {"agreement": "service", "version": "2020-02"}
    assert (await stranger.post(f"{path}/signatures", json=signature)).status_code == 404
    put = await stranger.put(f"{path}/profile", json={"legal_name": "Mine"}, headers={"If-Match": '"v1"'})
    assert put.status_code == 404
    assert (await stranger.get("/v1/providers")).json()["items"] == []


@pytest.mark.parametrize("role", ["merchant", "provider", "reviewer", "auditor", "finance", "service"])
async def test_only_officers_claim_verify_qualify_and_decide(as_, role):
    path = (await apply(await as_("provider"))).headers["location"]
    client, objections = await as_(role), {"objections": [{"field": "website", "reason": "r"}]}
    application = path.replace("providers", "applications")
    for step, body in (
        (f"{application}/claim", None),
        (f"{application}/release", None),
        (f"{path}/verification", REASON),
        (f"{path}/change-requests", objections),
        (f"{path}/rejection", objections),
        (f"{path}/admission", REASON),
        (f"{path}/qualifications", {"category": "erp"}),
    ):
        assert (await act(client, step, '"v1"', body)).status_code == 403


async def test_an_officer_who_is_also_the_provider_does_not_verify_himself(as_):
    path, waiting = await submitted(await as_("provider", "both"))
    refused = await act(await as_("officer", "both"), f"{path}/verification", waiting.headers["etag"], REASON)
    assert (refused.status_code, refused.json()["code"]) == (403, "own-provider")


async def test_without_a_token_nothing_but_public_things_is_read(as_):
    nobody = await as_("")
    assert (await nobody.get(f"/v1/providers/{new_id()}")).status_code == 401
    assert (await apply(nobody)).status_code == 401
    assert (await nobody.get("/v1/agreements")).status_code == 200


async def test_the_profile_is_for_its_owner_and_officers_and_not_cached(as_):
    path = (await apply(await as_("provider", "shop"))).headers["location"]
    shown = await (await as_("officer")).get(f"{path}/profile")
    assert shown.json()["representative"]["name"] == "王示例"
    assert shown.headers["cache-control"] == "no-store"
    assert (await (await as_("auditor")).get(f"{path}/profile")).status_code == 403
    assert "王示例" not in (await (await as_("officer")).get(path)).text


async def test_the_kept_answer_holds_no_personal_data(as_, db):
    form = a_form()
    await apply(await as_("provider"), **form)
    async with db.transaction() as tx:
        body = await tx.driver.fetchval("SELECT body FROM idempotency")
    said = [value for role in PersonRole for value in form[role].values() if value != form["legal_name"]]
    assert [value for value in said if value.encode() in body] == []


async def test_officers_page_through_the_queue_of_applicants(as_):
    for number in range(3):
        await apply(await as_("provider", f"shop-{number}"))
    officer = await as_("officer")
    first = (await officer.get("/v1/providers?standing=applied&limit=2")).json()
    second = (await officer.get("/v1/providers", params={"limit": 2, "cursor": first["next"]})).json()
    seen = [item["provider_id"] for item in first["items"] + second["items"]]
    assert (len(set(seen)), second["next"]) == (3, None)


@pytest.mark.parametrize("path", ["/v1/providers/nonsense", "/v1/providers?cursor=nonsense", "/v1/providers?limit=0"])
async def test_a_bad_address_is_bad_input(as_, path):
    assert (await (await as_("officer")).get(path)).status_code == 422


async def test_a_qualification_in_the_past_or_without_a_zone_is_refused(as_):
    path = (await apply(await as_("provider"))).headers["location"]
    officer = await as_("officer")
    for end in ("2001-01-01T00:00:00Z", "2101-01-01T00:00:00", "soon", "9999-12-31T23:59:59-23:59"):
        answer = await officer.post(f"{path}/qualifications", json={"category": "erp", "expires_at": end})
        assert answer.status_code == 422, end
    assert (await officer.post(f"{path}/qualifications", json={"category": "../etc"})).status_code == 422
