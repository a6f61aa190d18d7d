"""The registry's HTTP contract: statuses, problems, rights and ownership."""

import json

import pytest

from services.registry.seed import seed_agreements
from services.registry.tests.builders import a_code
from shared.ids import new_id


def an_application(**values):
    return {
        "legal_name": "杭州示例科技有限公司",
        "unified_social_credit_code": a_code(),
        "legal_representative": "王示例",
        "contact_email": "service@example.com",
        "contact_phone": "0571-88888888",
        "website": "https://www.example.com",
        **values,
    }


@pytest.fixture
async def as_(db, client_for, token):
    """`await as_("officer", "anna")`: a client that calls as that person; "" calls without a token."""
    async with db.transaction() as tx:
        await seed_agreements(tx)

    async def make(role, sub=""):
        return await client_for("registry", db, token(role, sub) if role else "")

    return make


async def apply(client, key="key-1", **values):
    return await client.post("/v1/providers", json=an_application(**values), headers={"Idempotency-Key": key})


async def test_the_whole_admission_by_http(as_):
    provider, officer = await as_("provider", "shop"), await as_("officer")
    answer = await apply(provider)
    assert answer.status_code == 201, answer.text
    path = answer.headers["location"]
    assert [missing["field"] for missing in answer.json()["missing"]] == [
        "verification", "agreement.developer", "agreement.service",
    ]  # fmt: skip

    reason = {"reason": "checked against the public register"}
    verified = await officer.post(f"{path}/verification", json=reason, headers={"If-Match": answer.headers["etag"]})
    assert verified.status_code == 200, verified.text
    for agreement in (await provider.get("/v1/agreements")).json()["items"]:
        signed = await provider.post(
            f"{path}/signatures", json={"agreement": agreement["agreement"], "version": agreement["version"]}
        )
        assert signed.status_code == 201, signed.text
    qualified = await officer.post(f"{path}/qualifications", json={"category": "erp"})
    assert qualified.status_code == 201, qualified.text
    admitted = await officer.post(f"{path}/admission", json=reason, headers={"If-Match": qualified.headers["etag"]})
    assert admitted.status_code == 200, admitted.text
    shown = admitted.json()
    assert (shown["standing"], shown["missing"], shown["categories"]) == ("admitted", [], ["erp"])
    explained = (await (await as_("")).get(f"{path}/explanation")).json()
    assert explained["effects"]["order"] == {"blocked": False, "causes": []}


async def test_an_applicants_explanation_names_the_clause_to_everybody(as_):
    path = (await apply(await as_("provider"))).headers["location"]
    order = (await (await as_("")).get(f"{path}/explanation?category=erp")).json()["effects"]["order"]
    assert order["blocked"] is True
    assert order["causes"][0]["clause"] == "3.1"


async def test_the_same_key_gives_the_same_answer_and_one_provider(as_):
    client, body = await as_("provider"), an_application()
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


async def test_an_early_admission_says_what_is_missing(as_):
    path = (await apply(await as_("provider"))).headers["location"]
    officer = await as_("officer")
    refused = await officer.post(f"{path}/admission", json={"reason": "early"}, headers={"If-Match": '"v1"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "provider-incomplete")
    assert refused.json()["missing"] == ["verification", "agreement.developer", "agreement.service"]


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
        ({"contact_email": "nobody"}, "contact_email"),
        ({"contact_phone": "call me"}, "contact_phone"),
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
    answer = await client.post("/v1/providers", json=an_application())
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
    signature = {"agreement": "service", "version": "2020-02"}
    assert (await stranger.post(f"{path}/signatures", json=signature)).status_code == 404
    put = await stranger.put(f"{path}/profile", json={"legal_name": "Mine"}, headers={"If-Match": '"v1"'})
    assert put.status_code == 404
    assert (await stranger.get("/v1/providers")).json()["items"] == []


@pytest.mark.parametrize("role", ["merchant", "provider", "reviewer", "auditor", "finance", "service"])
async def test_only_officers_verify_qualify_and_admit(as_, role):
    path = (await apply(await as_("provider"))).headers["location"]
    client, headers = await as_(role), {"If-Match": '"v1"'}
    for act, body in (
        ("verification", {"reason": "r"}),
        ("admission", {"reason": "r"}),
        ("qualifications", {"category": "erp"}),
    ):
        assert (await client.post(f"{path}/{act}", json=body, headers=headers)).status_code == 403


async def test_an_officer_who_is_also_the_provider_does_not_verify_himself(as_):
    path = (await apply(await as_("provider", "both"))).headers["location"]
    both = await as_("officer", "both")
    refused = await both.post(f"{path}/verification", json={"reason": "me"}, headers={"If-Match": '"v1"'})
    assert (refused.status_code, refused.json()["code"]) == (403, "own-provider")


async def test_without_a_token_nothing_but_public_things_is_read(as_):
    nobody = await as_("")
    assert (await nobody.get(f"/v1/providers/{new_id()}")).status_code == 401
    assert (await apply(nobody)).status_code == 401
    assert (await nobody.get("/v1/agreements")).status_code == 200


async def test_the_profile_is_for_its_owner_and_officers_and_not_cached(as_):
    path = (await apply(await as_("provider", "shop"))).headers["location"]
    shown = await (await as_("officer")).get(f"{path}/profile")
    assert shown.json()["legal_representative"] == "王示例"
    assert shown.headers["cache-control"] == "no-store"
    assert (await (await as_("auditor")).get(f"{path}/profile")).status_code == 403
    assert "王示例" not in (await (await as_("officer")).get(path)).text


async def test_the_kept_answer_holds_no_personal_data(as_, db):
    await apply(await as_("provider"))
    async with db.transaction() as tx:
        body = await tx.driver.fetchval("SELECT body FROM idempotency")
    assert "王示例".encode() not in body
    assert b"service@example.com" not in body


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
    for end in ("2001-01-01T00:00:00Z", "2101-01-01T00:00:00", "soon"):
        answer = await officer.post(f"{path}/qualifications", json={"category": "erp", "expires_at": end})
        assert answer.status_code == 422, end
    assert (await officer.post(f"{path}/qualifications", json={"category": "../etc"})).status_code == 422
