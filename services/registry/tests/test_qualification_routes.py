"""Requests for qualifications by HTTP: statuses, problems, rights and ownership."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from services.registry.tests.acting import REASON, act, apply, upload
from shared.ids import new_id

STATEMENT = {"kind": "data_security", "statement": "所有数据加密存储，仅运维两人可访问"}


async def an_applicant_with(provider, kind="software_copyright", **query):
    path = (await apply(provider)).headers["location"]
    uploaded = await upload(provider, path, kind, 7, **query)
    assert uploaded.status_code == 201, uploaded.text
    return path, {"kind": kind, "document_id": uploaded.json()["document_id"]}


async def request(client, path, *proofs, category="erp", key="request-1"):
    body = {"category": category, "proofs": list(proofs)}
    return await client.post(f"{path}/qualification-requests", json=body, headers={"Idempotency-Key": key})


async def test_a_request_is_claimed_turned_back_corrected_and_granted(as_):
    provider, officer = await as_("provider", "shop"), await as_("officer", "anna")
    path, document = await an_applicant_with(provider)
    asked = await request(provider, path, document, STATEMENT)
    assert asked.status_code == 201, asked.text
    own = asked.headers["location"]
    [waiting] = (await officer.get("/v1/qualification-requests")).json()["items"]
    assert (waiting["request_id"], waiting["state"], waiting["renews"]) == (own.rpartition("/")[2], "submitted", False)

    claimed = await act(officer, f"{own}/claim", asked.headers["etag"])
    assert (claimed.status_code, claimed.json()["claimed_by"]) == (200, "anna")
    refused = await act(await as_("officer", "bea"), f"{own}/grant", claimed.headers["etag"], REASON)
    assert (refused.status_code, refused.json()["code"]) == (409, "qualification-request-claimed")
    assert (await provider.get(own)).json()["claimed_by"] == ""

    back = await act(officer, f"{own}/change-request", claimed.headers["etag"], {"reason": "证书模糊"})
    assert (back.status_code, back.json()["state"], back.json()["reason"]) == (200, "changes_requested", "证书模糊")
    stale = await provider.put(own, json={"proofs": [document, STATEMENT]}, headers={"If-Match": asked.headers["etag"]})
    assert stale.status_code == 412
    again = await provider.put(own, json={"proofs": [document, STATEMENT]}, headers={"If-Match": back.headers["etag"]})
    assert (again.status_code, again.json()["state"]) == (200, "submitted")

    granted = await act(officer, f"{own}/grant", again.headers["etag"], REASON)
    assert (granted.status_code, granted.json()["state"]) == (200, "granted"), granted.text
    shown = (await provider.get(f"{path}/qualifications")).json()
    assert [(item["category"], item["holds"]) for item in shown["items"]] == [("erp", True)]
    assert [step["kind"] for step in shown["history"]] == ["granted"]
    assert shown["history"][0]["request_id"] == own.rpartition("/")[2]
    kinds = [item["kind"] for item in (await provider.get("/v1/notices")).json()["items"]]
    assert {"qualification.changes_requested", "qualification.granted"} <= set(kinds)


async def test_a_grant_ends_with_its_document_and_a_renewal_is_known_as_one(as_, clock):
    provider, officer = await as_("provider", "shop"), await as_("officer")
    last = (clock.at + timedelta(days=60)).date()
    path, document = await an_applicant_with(provider, valid_until=last.isoformat())
    asked = await request(provider, path, document, STATEMENT)
    own, tag = asked.headers["location"], asked.headers["etag"]
    too_long = {**REASON, "expires_at": (clock.at + timedelta(days=90)).isoformat()}
    refused = await act(officer, f"{own}/grant", tag, too_long)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/expires_at")
    granted = await act(officer, f"{own}/grant", tag, REASON)
    end = datetime(last.year, last.month, last.day, 16, tzinfo=UTC)
    assert datetime.fromisoformat(granted.json()["expires_at"]) == end

    renewal = await request(provider, path, document, STATEMENT, key="request-2")
    assert renewal.json()["renews"] is True
    shorter = {**REASON, "expires_at": (end - timedelta(days=1)).isoformat()}
    refused = await act(officer, f"{renewal.headers['location']}/grant", renewal.headers["etag"], shorter)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/expires_at")


async def test_what_is_lacking_is_named_by_kind_with_a_pointer(as_):
    provider = await as_("provider", "shop")
    path, document = await an_applicant_with(provider)
    _, strange = await an_applicant_with(await as_("provider", "other"))
    for proofs, lacking, pointer in (
        ([document], {"data_security"}, "/proofs"),
        ([strange, STATEMENT], {"software_copyright"}, "/proofs/0"),
        ([document, STATEMENT, {"kind": "poem", "statement": "roses"}], {"poem"}, "/proofs/2"),
    ):
        refused = await request(provider, path, *proofs, key=f"lacking-{len(lacking)}-{pointer}")
        assert (refused.status_code, refused.json()["code"]) == (422, "proofs-lacking")
        assert set(refused.json()["lacking"]) == lacking
        assert refused.json()["errors"][0]["pointer"] == pointer
    assert (await provider.get(f"{path}/qualification-requests")).json()["items"] == []


@pytest.mark.parametrize(
    "proof",
    [{}, {"kind": "data_security"}, {"kind": "data_security", "statement": "x", "document_id": str(new_id())},
     {"kind": "data_security", "statement": "\x00"}, {"kind": "../etc", "statement": "x"}],
)  # fmt: skip
async def test_a_malformed_proof_is_bad_input(as_, proof):
    provider = await as_("provider", "shop")
    path = (await apply(provider)).headers["location"]
    assert (await request(provider, path, proof)).status_code == 422


async def test_one_request_is_open_in_each_category(as_):
    provider = await as_("provider", "shop")
    path, document = await an_applicant_with(provider)
    asked = await request(provider, path, document, STATEMENT)
    second = await request(provider, path, document, STATEMENT, key="request-2")
    assert (second.status_code, second.json()["code"]) == (409, "qualification-request-pending")
    same = await request(provider, path, document, STATEMENT)
    assert (same.status_code, same.json()["request_id"]) == (201, asked.json()["request_id"])
    withdrawn = await act(provider, f"{asked.headers['location']}/withdrawal", asked.headers["etag"])
    assert withdrawn.json()["state"] == "withdrawn"
    assert (await request(provider, path, document, STATEMENT, key="request-3")).status_code == 201
    none = await request(provider, path, STATEMENT, category="design", key="request-4")
    assert (none.status_code, none.json()["code"], none.json()["errors"][0]["pointer"]) == (
        422, "no-requirement", "/category",
    )  # fmt: skip


async def test_anothers_request_does_not_exist(as_):
    provider, stranger = await as_("provider", "shop"), await as_("provider", "stranger")
    path, document = await an_applicant_with(provider)
    asked = await request(provider, path, document, STATEMENT)
    own, tag = asked.headers["location"], asked.headers["etag"]
    assert (await stranger.get(own)).status_code == 404
    assert (await stranger.get(f"{path}/qualification-requests")).status_code == 404
    assert (await stranger.get(f"{path}/qualifications")).status_code == 404
    assert (await stranger.get(f"{path}/signatures")).status_code == 404
    assert (await act(stranger, f"{own}/withdrawal", tag)).status_code == 404
    assert (await request(stranger, path, document, STATEMENT)).status_code == 404


async def test_everybody_reads_what_categories_ask_for(as_):
    shown = (await (await as_("")).get("/v1/requirements")).json()["items"]
    assert {"erp", "shop-operation", "training"} == {item["category"] for item in shown}
    assert all(proof["title_zh"] and proof["notes_zh"] for item in shown for proof in item["proofs"])


async def test_an_officer_revokes_and_the_explanation_names_it(as_):
    provider, officer = await as_("provider", "shop"), await as_("officer")
    path = (await apply(provider)).headers["location"]
    granted = await officer.post(f"{path}/qualifications", json={"category": "erp"})
    missing = await officer.post(f"{path}/qualifications/erp/revocation", json=REASON)
    assert missing.status_code == 428
    revoked = await act(officer, f"{path}/qualifications/erp/revocation", granted.headers["etag"], REASON)
    assert (revoked.status_code, revoked.json()["categories"]) == (200, []), revoked.text
    again = await act(officer, f"{path}/qualifications/erp/revocation", revoked.headers["etag"], REASON)
    assert (again.status_code, again.json()["code"]) == (409, "qualification-ended")
    explained = (await (await as_("")).get(f"{path}/explanation?category=erp")).json()["effects"]["list"]["causes"]
    [cause] = [cause for cause in explained if cause["source"] == "qualification"]
    assert (cause["clause"], bool(cause["from"]), bool(cause["advice_zh"])) == ("3.2", True, True)


async def test_two_officers_decide_at_once_and_one_hears_that_it_is_stale(as_):
    provider = await as_("provider", "shop")
    path, document = await an_applicant_with(provider)
    asked = await request(provider, path, document, STATEMENT)
    own, tag = asked.headers["location"], asked.headers["etag"]
    answers = await asyncio.gather(
        act(await as_("officer", "anna"), f"{own}/grant", tag, REASON),
        act(await as_("officer", "bea"), f"{own}/rejection", tag, REASON),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    history = (await provider.get(f"{path}/qualifications")).json()["history"]
    assert len(history) == (1 if answers[0].status_code == 200 else 0)


@pytest.mark.parametrize("statement", ["讲师电话 13812345678", "write to me@example.com", "33010619900101001X"])
async def test_a_statement_names_nobodys_numbers(as_, statement):
    provider = await as_("provider", "shop")
    path, document = await an_applicant_with(provider)
    refused = await request(provider, path, document, {"kind": "data_security", "statement": statement})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/proofs/1/statement")
    assert statement not in refused.text
