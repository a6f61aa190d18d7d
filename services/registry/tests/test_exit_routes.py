"""Leaving by HTTP: rights, ownership, versions, and the problems that name what is wrong."""

import pytest

from services.registry.tests.leaving import DAY, a_subscription, an_admitted, an_order, finished, hear
from services.registry.use_cases import serving_out
from shared.ids import new_id

REASON = {"reason": "结束经营"}


@pytest.fixture
async def as_(db, client_for, token):
    async def make(role, sub=""):
        return await client_for("registry", db, token(role, sub) if role else "")

    return make


def keyed(**more):
    return {"Idempotency-Key": str(new_id()), **more}


async def request(client, provider_id):
    return await client.post(f"/v1/providers/{provider_id}/exit", json=REASON, headers=keyed())


async def accept(client, provider_id, version='"v1"'):
    path = f"/v1/providers/{provider_id}/exit/acceptance"
    return await client.post(path, json=REASON, headers={"If-Match": version})


async def test_the_checklist_names_each_blocker_with_clause_count_and_link(db, clock, as_):
    provider_id = await an_admitted(db)
    order = an_order(provider_id, clock.at)
    await hear(db, order)
    provider, officer = await as_("provider", "account-1"), await as_("officer")
    answer = await request(provider, provider_id)
    assert (answer.status_code, answer.headers["etag"]) == (201, '"v1"')
    shown = (await provider.get(answer.headers["location"])).json()
    assert (shown["status"], shown["is_blocked"]) == ("requested", True)
    items = {item["kind"]: item for item in shown["checklist"]}
    assert {item["clause"] for item in items.values()} == {"7.1.1", "7.1.2", "7.1.3", "7.1.4", "7.2"}
    assert (items["open_order"]["count"], items["open_order"]["links"]) == (1, [f"/v1/orders/{order.order_id}"])
    assert (items["dispute"]["is_told"], items["dispute"]["count"]) == (False, 0)
    refused = await accept(officer, provider_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "exit-blocked")
    assert refused.json()["blockers"][0]["kind"] == "open_order"
    await hear(db, finished(order))
    accepted = await accept(officer, provider_id)
    assert (accepted.status_code, accepted.json()["status"], accepted.headers["etag"]) == (200, "accepted", '"v2"')


async def test_a_long_list_of_one_kind_is_counted_and_shown_in_part(db, clock, as_):
    provider_id = await an_admitted(db)
    await hear(db, *(an_order(provider_id, clock.at) for _ in range(25)))
    answer = await request(await as_("provider", "account-1"), provider_id)
    [item] = [item for item in answer.json()["checklist"] if item["kind"] == "open_order"]
    assert (item["count"], len(item["ids"])) == (25, 20)


async def test_the_same_key_is_one_request_and_a_second_one_names_the_first(db, as_):
    provider_id = await an_admitted(db)
    provider, headers = await as_("provider", "account-1"), keyed()
    path = f"/v1/providers/{provider_id}/exit"
    first, again = [await provider.post(path, json=REASON, headers=headers) for _ in range(2)]
    assert (first.json(), again.status_code) == (again.json(), 201)
    second = await request(provider, provider_id)
    assert (second.status_code, second.json()["code"]) == (409, "exit-running")
    assert second.json()["exit_id"] == first.json()["exit_id"]


async def test_no_number_of_a_person_gets_into_a_reason_or_a_proof(db, clock, as_):
    """Reasons are kept in the audit trail for good, where nothing can be erased."""
    provider_id = await an_admitted(db)
    subscription = a_subscription(provider_id, clock.at + DAY)
    await hear(db, subscription)
    provider, officer = await as_("provider", "account-1"), await as_("officer")
    path, personal = f"/v1/providers/{provider_id}/exit", {"reason": "call 13812345678"}
    answers = [await provider.post(path, json=personal, headers=keyed())]
    assert (await provider.get(path)).status_code == 404
    exit_id = (await request(provider, provider_id)).json()["exit_id"]
    for client, step in ((provider, "withdrawal"), (officer, "acceptance")):
        answers.append(await client.post(f"{path}/{step}", json=personal, headers={"If-Match": '"v1"'}))
    await accept(officer, provider_id)
    told = {"listing_id": str(subscription.listing_id), "merchant_id": "merchant-1"}
    claim = {**told, "evidence": "told them at 13812345678"}
    answers.append(await provider.post(f"/v1/exits/{exit_id}/claims", json=claim, headers=keyed()))
    decision = {**told, "convinced": True, **personal}
    answers.append(
        await officer.post(f"/v1/exits/{exit_id}/claims/decision", json=decision, headers={"If-Match": '"v1"'})
    )
    pointers = [answer.json()["errors"][0]["pointer"] for answer in answers]
    assert ([answer.status_code for answer in answers], pointers) == (
        [422] * 5,
        [*["/reason"] * 3, "/evidence", "/reason"],
    )


async def test_another_accounts_exit_does_not_exist(db, as_):
    provider_id = await an_admitted(db)
    stranger = await as_("provider", "stranger")
    assert (await request(stranger, provider_id)).status_code == 404
    await request(await as_("provider", "account-1"), provider_id)
    exit_id = (await (await as_("officer")).get(f"/v1/providers/{provider_id}/exit")).json()["exit_id"]
    path = f"/v1/providers/{provider_id}/exit"
    gone = await stranger.post(f"{path}/withdrawal", json=REASON, headers={"If-Match": '"v1"'})
    for answer in (await stranger.get(path), await stranger.get(f"/v1/exits/{exit_id}/receipts"), gone):
        assert answer.status_code == 404, answer.text


async def test_a_change_names_the_version_that_was_read(db, as_):
    provider_id = await an_admitted(db)
    provider, officer = await as_("provider", "account-1"), await as_("officer")
    await request(provider, provider_id)
    path = f"/v1/providers/{provider_id}/exit/withdrawal"
    assert (await provider.post(path, json=REASON)).status_code == 428
    assert (await accept(officer, provider_id, '"v9"')).status_code == 412
    assert (await provider.post(path, json=REASON, headers={"If-Match": '"v1"'})).json()["status"] == "withdrawn"
    assert (await accept(officer, provider_id)).status_code == 404


async def test_who_is_not_admitted_has_nothing_to_leave(db, as_):
    provider_id = await an_admitted(db)
    provider, officer = await as_("provider", "account-1"), await as_("officer")
    assert (await officer.get(f"/v1/providers/{provider_id}/exit")).status_code == 404
    await request(provider, provider_id)
    await accept(officer, provider_id)
    async with db.transaction() as tx:
        await serving_out.complete_exits(tx)
    refused = await request(provider, provider_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong-standing")


async def test_who_has_no_running_subscription_at_the_request_is_owed_nothing(db, clock, as_):
    provider_id = await an_admitted(db)
    await hear(db, a_subscription(provider_id, clock.at))  # it ends at this very moment
    await request(await as_("provider", "account-1"), provider_id)
    shown = (await accept(await as_("officer"), provider_id)).json()
    assert (shown["receipts_due"], shown["services"]) == (0, [])


async def test_users_confirm_and_the_provider_proves_the_rest(db, clock, as_):
    provider_id, listing_id = await an_admitted(db), new_id()
    for name in ("merchant-1", "merchant-2"):
        await hear(db, a_subscription(provider_id, clock.at + 9 * DAY, listing_id=listing_id, merchant_id=name))
    provider, officer = await as_("provider", "account-1"), await as_("officer")
    merchant = await as_("merchant", "merchant-1")
    await request(provider, provider_id)
    exit_id = (await accept(officer, provider_id)).json()["exit_id"]
    path, about = f"/v1/exits/{exit_id}", {"listing_id": str(listing_id)}
    confirmed = await merchant.post(f"{path}/receipts", json=about, headers=keyed())
    assert (confirmed.status_code, confirmed.json()["status"]) == (201, "confirmed")
    claim = about | {"merchant_id": "merchant-2", "evidence": "签收记录"}
    foreign = await provider.post(f"{path}/claims", json=claim | {"document_id": exit_id}, headers=keyed())
    assert (foreign.status_code, foreign.json()["errors"][0]["pointer"]) == (422, "/document_id")
    claimed = await provider.post(f"{path}/claims", json=claim, headers=keyed())
    assert claimed.json()["status"] == "claimed"
    twice = await provider.post(f"{path}/claims", json=claim, headers=keyed())
    assert (twice.status_code, twice.json()["code"]) == (409, "receipt-settled")
    decision = about | {"merchant_id": "merchant-2", "convinced": True, "reason": "属实"}
    stale = await officer.post(f"{path}/claims/decision", json=decision, headers={"If-Match": '"v1"'})
    assert stale.status_code == 412
    decided = await officer.post(
        f"{path}/claims/decision", json=decision, headers={"If-Match": claimed.headers["etag"]}
    )
    assert decided.json()["status"] == "accepted", decided.text
    seen = (await provider.get(f"/v1/providers/{provider_id}/exit")).json()
    assert (seen["receipts_got"], seen["receipts_due"]) == (2, 2)
    assert seen["services"][0]["serves_until"] == seen["serves_until"]
    own = (await merchant.get(f"{path}/receipts")).json()["items"]
    assert [item["merchant_id"] for item in own] == ["merchant-1"]
    page = (await officer.get(f"{path}/receipts?limit=1")).json()
    rest = (await officer.get(f"{path}/receipts?limit=1&cursor={page['next']}")).json()
    assert [item["merchant_id"] for item in (*page["items"], *rest["items"])] == ["merchant-1", "merchant-2"]
    assert rest["next"] is None


async def test_officers_find_the_oldest_request_first(db, clock, as_):
    officer, asked = await as_("officer"), []
    for name in ("account-1", "account-2"):
        provider_id = await an_admitted(db, name)
        asked.append((await request(await as_("provider", name), provider_id)).json()["exit_id"])
    page = (await officer.get("/v1/exits?status=requested&limit=1")).json()
    rest = (await officer.get(f"/v1/exits?status=requested&limit=1&cursor={page['next']}")).json()
    assert [item["exit_id"] for item in (*page["items"], *rest["items"])] == asked


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({}, "reason"), ({"reason": " "}, "reason"), ({"reason": "a\x00b"}, "reason"), ({**REASON, "now": 1}, "now")],
)
async def test_bad_input_is_named_by_its_field(db, as_, body, pointer):
    provider_id = await an_admitted(db)
    provider = await as_("provider", "account-1")
    answer = await provider.post(f"/v1/providers/{provider_id}/exit", json=body, headers=keyed())
    assert answer.status_code == 422
    assert pointer in answer.text
    assert (await provider.get(f"/v1/providers/{provider_id}/exit")).status_code == 404
