"""Changes of what was verified, over HTTP: rights, versions, problems, personal data."""

import asyncio
from datetime import timedelta

import pytest

from services.registry.domain.person import PersonRole
from services.registry.tests.acting import REASON, act
from services.registry.tests.builders import an_admitted_provider_in, found, the_vault
from services.registry.tests.changing import NEW_NAME, a_waiting_change, everything, prove_everything
from services.registry.use_cases.standing import tell_if_changed
from shared.contracts.registry import Standing

OBJECTIONS = {"objections": [{"field": "representative.name", "reason": "与身份证不一致"}]}
DECISIONS = {"approval": REASON, "change-request": OBJECTIONS, "rejection": OBJECTIONS}
WORK = {"claim": None, "release": None, **DECISIONS}


def a_form(stated):
    return {
        "legal_name": stated.legal_name,
        "registered_address": stated.registered_address,
        **{str(role): dict(details) for role, details in stated.persons.items()},
    }


async def filed(db, clock):
    provider, change = await a_waiting_change(db, clock)
    return provider, f"/v1/profile-changes/{change.change_id}"


async def test_a_change_is_filed_once_claimed_approved_and_shown(db, clock, as_):
    provider, officer = await as_("provider", "account-1"), await as_("officer", "officer-1")
    admitted = await an_admitted_provider_in(db, "account-1")
    await prove_everything(db, clock, admitted)
    path, form, key = f"/v1/providers/{admitted.provider_id}", a_form(everything()), {"Idempotency-Key": "one"}
    first = await provider.post(f"{path}/profile-changes", json=form, headers=key)
    assert first.status_code == 201, first.text
    again = await provider.post(f"{path}/profile-changes", json=form, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    refused = await provider.post(f"{path}/profile-changes", json=form, headers={"Idempotency-Key": "two"})
    assert (refused.status_code, refused.json()["code"]) == (409, "profile-change-pending")
    change = first.headers["location"]
    queue = (await officer.get("/v1/profile-changes")).json()["items"]
    assert [item["change_id"] for item in queue] == [first.json()["change_id"]]
    claimed = await act(officer, f"{change}/claim", first.headers["etag"])
    assert claimed.json()["claimed_by"] == "officer-1"
    assert (await provider.get(change)).json()["claimed_by"] == ""
    other = await act(await as_("officer", "officer-2"), f"{change}/approval", claimed.headers["etag"], REASON)
    assert (other.status_code, other.json()["code"]) == (409, "profile-change-claimed")
    approved = await act(officer, f"{change}/approval", claimed.headers["etag"], REASON)
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    assert (await provider.get(path)).json()["legal_name"] == NEW_NAME
    assert (await officer.get("/v1/profile-changes")).json()["items"] == []
    listed = (await provider.get(f"{path}/profile-changes")).json()["items"]
    assert [item["state"] for item in listed] == ["approved"]


async def test_the_queue_is_read_page_by_page_in_the_order_in_which_it_is_due(db, clock, as_):
    _, first = await a_waiting_change(db, clock, account_id="account-1")
    clock.advance(timedelta(days=10))
    _, second = await a_waiting_change(db, clock, account_id="account-2")
    officer = await as_("officer")
    page = (await officer.get("/v1/profile-changes", params={"limit": 1})).json()
    rest = (await officer.get("/v1/profile-changes", params={"limit": 1, "cursor": page["next"]})).json()
    assert [item["change_id"] for item in (*page["items"], *rest["items"])] == [
        str(first.change_id), str(second.change_id),
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["provider", "merchant", "reviewer", "auditor", "service", ""])
async def test_only_officers_decide(db, clock, as_, role):
    _, path = await filed(db, clock)
    client = await as_(role, "somebody" if role else "")
    for step, body in WORK.items():
        assert (await act(client, f"{path}/{step}", '"v1"', body)).status_code == (403 if role else 401), step


async def test_another_account_finds_no_such_change(db, clock, as_):
    provider, path = await filed(db, clock)
    other, form = await as_("provider", "account-2"), a_form(everything())
    own = f"/v1/providers/{provider.provider_id}/profile-changes"
    answers = [
        await other.get(path),
        await other.get(f"{path}/profile"),
        await other.get(own),
        await other.post(own, json=form, headers={"Idempotency-Key": "one"}),
        await other.put(path, json=form, headers={"If-Match": '"v1"'}),
        await act(other, f"{path}/withdrawal", '"v1"'),
    ]
    assert [answer.status_code for answer in answers] == [404] * 6


@pytest.mark.parametrize("decision", DECISIONS)
async def test_nobody_decides_about_their_own_provider(db, clock, as_, decision):
    _, path = await filed(db, clock)
    own = await as_("officer,provider", "account-1")
    answer = await act(own, f"{path}/{decision}", '"v1"', DECISIONS[decision])
    assert (answer.status_code, answer.json()["code"]) == (403, "own-provider")


@pytest.mark.parametrize("decision", DECISIONS)
async def test_of_two_decisions_at_once_one_wins_and_the_other_gets_412(db, clock, as_, decision):
    _, path = await filed(db, clock)
    officers = [await as_("officer", name) for name in ("officer-1", "officer-2")]
    answers = await asyncio.gather(
        act(officers[0], f"{path}/{decision}", '"v1"', DECISIONS[decision]),
        act(officers[1], f"{path}/approval", '"v1"', REASON),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    without = await officers[0].post(f"{path}/approval", json=REASON)
    assert without.status_code == 428


async def test_a_reason_with_personal_data_or_an_unknown_field_is_refused(db, clock, as_):
    _, path = await filed(db, clock)
    officer = await as_("officer")
    for body in (
        {"objections": [{"field": "representative.shoe_size", "reason": "x"}]},
        {"objections": [{"field": "representative.name", "reason": "号码 330106199001010017 不符"}]},
    ):
        assert (await act(officer, f"{path}/rejection", '"v1"', body)).status_code == 422
    assert (await officer.get(path)).json()["state"] == "submitted"


async def test_what_it_says_of_persons_is_shown_to_its_account_and_officers_and_that_is_recorded(db, clock, as_):
    stated = everything()
    provider, change = await a_waiting_change(db, clock, stated)
    path = f"/v1/profile-changes/{change.change_id}/profile"
    for client in (await as_("provider", "account-1"), await as_("officer")):
        answer = await client.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["representative"] == stated.of(PersonRole.REPRESENTATIVE)
    for role in ("auditor", "reviewer", "merchant"):
        assert (await (await as_(role)).get(path)).status_code == 403
    exported = (
        await (await as_("provider", "account-1")).get(f"/v1/providers/{provider.provider_id}/personal-data")
    ).json()
    assert exported["proposed"] == {str(role): dict(details) for role, details in stated.persons.items()}
    async with db.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM audit WHERE action = 'read_profile_change'") == 2


async def test_an_erasure_ends_the_change_and_leaves_nothing_of_its_persons(db, clock, as_):
    provider, change = await a_waiting_change(db, clock)
    async with db.transaction() as tx:
        leaving = await found(tx, provider.provider_id)
        for standing in (Standing.EXITING, Standing.EXITED):
            leaving.become(standing)
        await tell_if_changed(tx, leaving)
        version, sealed = leaving.version, dict(change.sealed)
        persons = {row["role"]: row["person_id"] for row in await tx.driver.fetch("SELECT * FROM person")}
    officer = await as_("officer")
    refused = await act(officer, f"/v1/profile-changes/{change.change_id}/approval", '"v1"', REASON)
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong-standing")
    erased = await act(officer, f"/v1/providers/{provider.provider_id}/erasure", f'"v{version}"', REASON)
    assert erased.status_code == 200, erased.text
    assert (await officer.get(f"/v1/profile-changes/{change.change_id}")).json()["state"] == "withdrawn"
    async with db.transaction() as tx:
        left = await tx.driver.fetchrow("SELECT representative, settlement_account, due_at FROM profile_change")
        assert tuple(left) == (None, None, None)
        for role, copy in sealed.items():  # nor does a copy from a backup say anything
            with pytest.raises(Exception, match="erased"):
                await the_vault().unseal(tx, persons[role], copy)
