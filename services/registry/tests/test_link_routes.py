"""The HTTP contract of links and groups: statuses, problems, versions, and what is never shown."""

from datetime import timedelta

import pytest

from services.registry.tests.linking import arrive
from shared.ids import new_id

REASON = {"reason": "同一控制人"}


@pytest.fixture
async def as_(db, client_for, token):
    async def make(role, sub=""):
        return await client_for("registry", db, token(role, sub or role))

    return make


async def proposals(client, **query):
    answer = await client.get("/v1/link-proposals", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def confirm(client, link, act="confirmation", **headers):
    headers = {"If-Match": f'"v{link["version"]}"', **headers}
    return await client.post(f"/v1/link-proposals/{link['link_id']}/{act}", json=REASON, headers=headers)


async def test_the_queue_shows_the_surest_first_with_its_evidence_and_no_trait(db, as_):
    for number in range(3):
        for _ in range(2):
            await arrive(db, phone=f"p{number}", **({"bank_account": f"b{number}"} if number == 1 else {}))
    auditor = await as_("auditor")
    found = (await proposals(auditor))["items"]
    assert [item["confidence"] for item in found] == [0.97, 0.7, 0.7]
    assert found[0]["evidence"] == [
        {"kind": "bank_account", "shared_by": 2, "found": None},
        {"kind": "phone", "shared_by": 2, "found": None},
    ]
    assert set(found[0]) >= {"link_id", "providers", "status", "version"}
    assert not set(found[0]) & {"grounds", "judged"}


@pytest.mark.parametrize("order", ["confidence", "age"])
async def test_the_queue_has_pages_that_miss_nothing(db, as_, order):
    for number in range(5):
        for _ in range(2):
            await arrive(db, phone=f"p{number}", **({"website": "w"} if number == 3 else {}))
    officer = await as_("officer")
    whole = (await proposals(officer, order=order))["items"]
    seen, cursor = [], None
    while True:
        page = await proposals(officer, order=order, limit=2, **({"cursor": cursor} if cursor else {}))
        seen += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert [item["link_id"] for item in seen] == [item["link_id"] for item in whole]
    assert len(seen) == 5


async def test_a_cursor_of_the_other_order_is_refused(db, as_):
    for number in range(2):
        for _ in range(2):
            await arrive(db, phone=f"p{number}")
    officer = await as_("officer")
    cursor = (await proposals(officer, limit=1))["next"]
    for query in ({"order": "age", "cursor": cursor}, {"cursor": "x"}, {"order": "luck"}, {"status": "open"}):
        answer = await officer.get("/v1/link-proposals", params=query)
        assert answer.status_code == 422, answer.text


async def test_what_is_linked_already_waits_for_nobody(db, as_):
    for _ in range(2):
        await arrive(db, code="a", phone="1")
    assert (await proposals(await as_("officer")))["items"] == []


async def test_a_confirmation_needs_the_version_and_a_second_one_is_refused(db, as_):
    one, other = await arrive(db, phone="1"), await arrive(db, phone="1")
    officer = await as_("officer")
    (link,) = (await proposals(officer))["items"]
    missing = await officer.post(f"/v1/link-proposals/{link['link_id']}/confirmation", json=REASON)
    assert missing.status_code == 428
    confirmed = await confirm(officer, link)
    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "confirmed"), confirmed.text
    assert confirmed.headers["etag"] == f'"v{confirmed.json()["version"]}"'
    assert (await confirm(officer, link)).status_code == 412
    again = await confirm(officer, confirmed.json())
    assert (again.status_code, again.json()["code"]) == (409, "wrong-link-status")
    group = await officer.get(f"/v1/providers/{one}/group")
    assert {member["provider_id"] for member in group.json()["members"]} == {str(one), str(other)}
    undone = await confirm(officer, confirmed.json(), "reversal")
    assert (undone.status_code, undone.json()["status"]) == (200, "undone")
    alone = await officer.get(f"/v1/providers/{one}/group")
    assert (alone.status_code, alone.json()["code"]) == (404, "not-found")


async def test_a_rejection_leaves_the_queue(db, as_):
    await arrive(db, phone="1"), await arrive(db, phone="1")
    officer = await as_("officer")
    (link,) = (await proposals(officer))["items"]
    assert (await confirm(officer, link, "rejection")).json()["status"] == "rejected"
    assert (await proposals(officer))["items"] == []
    assert [item["reason"] for item in (await proposals(officer, status="rejected"))["items"]] == [REASON["reason"]]
    read = await officer.get(f"/v1/link-proposals/{link['link_id']}")
    assert (read.json()["decided_by"], read.headers["etag"]) == ("officer", '"v3"')


def an_investigation(one, other, **values):
    return {"provider_id": str(one), "other_id": str(other), **REASON, "evidence": "最终受益人一致", **values}


async def test_an_investigation_links_once_under_its_key(db, as_):
    one, other = await arrive(db), await arrive(db)
    officer = await as_("officer")
    headers = {"Idempotency-Key": "once"}
    first = await officer.post("/v1/links", json=an_investigation(one, other), headers=headers)
    again = await officer.post("/v1/links", json=an_investigation(one, other), headers=headers)
    assert (first.status_code, again.json()) == (201, first.json()), first.text
    assert first.json()["evidence"] == [{"kind": "investigation", "shared_by": None, "found": "最终受益人一致"}]
    assert (await officer.get(first.headers["location"])).json() == first.json()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"reason": " "}, 422),
        ({"evidence": ""}, 422),
        ({"other_id": "nobody"}, 422),
        ({"other_id": str(new_id())}, 404),
        ({"confidence": 1}, 422),
        ({"reason": "x\x00"}, 422),
        ({"evidence": "两家都用 13800138000"}, 422),
    ],
)
async def test_a_bad_investigation_is_named(db, as_, change, status):
    one, other = await arrive(db), await arrive(db)
    answer = await (await as_("officer")).post(
        "/v1/links", json=an_investigation(one, other, **change), headers={"Idempotency-Key": "k"}
    )
    assert answer.status_code == status, answer.text


async def test_an_account_with_itself_is_refused_with_the_field(db, as_):
    one = await arrive(db)
    answer = await (await as_("officer")).post(
        "/v1/links", json=an_investigation(one, one), headers={"Idempotency-Key": "k"}
    )
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/other_id")


async def test_a_separated_account_stays_in_the_history(db, as_, clock):
    one, other, third = await arrive(db, code="a"), await arrive(db, code="a"), await arrive(db)
    officer = await as_("officer")
    await officer.post("/v1/links", json=an_investigation(one, third), headers={"Idempotency-Key": "k"})
    group = (await officer.get(f"/v1/providers/{one}/group")).json()
    path, before = f"/v1/groups/{group['group_id']}", group["at"]
    body = {"provider_id": str(third), "reason": "登记信息已更正"}
    stale = await officer.post(f"{path}/separation", json=body, headers={"If-Match": '"v1"'})
    assert stale.status_code == 412
    clock.advance(timedelta(days=1))
    left = await officer.post(f"{path}/separation", json=body, headers={"If-Match": f'"v{group["version"]}"'})
    assert left.status_code == 200, left.text
    assert {member["provider_id"] for member in left.json()["members"]} == {str(one), str(other)}
    then = (await officer.get(path, params={"at": before})).json()
    assert {member["provider_id"] for member in then["members"]} == {str(one), str(other), str(third)}
    history = (await officer.get(f"{path}/history", params={"limit": 1})).json()
    rest = (await officer.get(f"{path}/history", params={"cursor": history["next"]})).json()["items"]
    ended = [item for item in [*history["items"], *rest] if item["until"]]
    assert [(item["provider_id"], item["ended_by"]) for item in ended] == [(str(third), "登记信息已更正")]
    kept = await officer.post(
        f"{path}/separation", json={**body, "provider_id": str(one)}, headers={"If-Match": left.headers["etag"]}
    )
    assert (kept.status_code, kept.json()["code"]) == (409, "linked-by-law")
    stranger = await officer.post(f"{path}/separation", json=body, headers={"If-Match": left.headers["etag"]})
    assert stranger.status_code == 404


async def test_an_instant_without_its_zone_is_refused(db, as_):
    await arrive(db, code="a")
    one = await arrive(db, code="a")
    officer = await as_("officer")
    group = (await officer.get(f"/v1/providers/{one}/group")).json()
    answer = await officer.get(f"/v1/groups/{group['group_id']}", params={"at": "2026-11-02T09:00:00"})
    assert answer.status_code == 422


async def test_what_does_not_exist_is_not_found(db, as_):
    officer = await as_("officer")
    for path in ("link-proposals/{}", "groups/{}", "groups/{}/history", "providers/{}/group"):
        assert (await officer.get("/v1/" + path.format(new_id()))).status_code == 404


async def test_nobody_decides_about_their_own_accounts(db, as_):
    await arrive(db, account_id="double", phone="1"), await arrive(db, phone="1")
    officer = await as_("officer", "double")
    (link,) = (await proposals(officer))["items"]
    refused = await confirm(officer, link)
    assert (refused.status_code, refused.json()["code"]) == (403, "own-provider")


@pytest.mark.parametrize("role", ["provider", "merchant", "reviewer", "finance", "service"])
async def test_links_are_for_officers_and_auditors(db, as_, role):
    client = await as_(role)
    for path in ("link-proposals", f"groups/{new_id()}", f"providers/{new_id()}/group"):
        assert (await client.get(f"/v1/{path}")).status_code == 403
    assert (await client.post("/v1/links", json={}, headers={"Idempotency-Key": "k"})).status_code == 403
