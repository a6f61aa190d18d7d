"""One provider in several accounts (6.5.11): who is hit, and what follows when the group changes."""

import asyncio
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from services.enforcement import rulebook_file
from services.enforcement.domain.appeal import Outcome
from services.enforcement.domain.group import Accounts, accounts_of
from services.enforcement.domain.rulebook import Scope, Spread
from services.enforcement.domain.subject import Subject
from services.enforcement.tests.acting import appeal, charge, confirm, decide, expel, held, order, propose, prove
from services.enforcement.tests.asking import LISTING, PROVIDER
from services.enforcement.tests.builders import NOON, a_group, a_listing, a_provider, hear, told
from services.enforcement.use_cases.penalties import lift_penalty
from services.enforcement.use_cases.rulebooks import publish_rulebook
from shared.db.transaction import Database
from shared.ids import new_id

OWN = PROVIDER.provider_id


async def a_linked_account(db: Database, account_id: str = "twin") -> UUID:
    twin = a_provider(account_id=account_id)
    await hear(db, twin)
    return twin.provider_id


async def test_a_provider_s_penalty_hits_every_account_of_the_group(at_noon):
    twin = await a_linked_account(at_noon)
    group = a_group(OWN, twin, version=7)
    await hear(at_noon, group)
    violation_id, _ = await prove(at_noon, "off-platform-trade", OWN)
    assert await held(at_noon, OWN) == await held(at_noon, twin) == ["publish_freeze"]
    own, derived = await told(at_noon, "penalty.applied")
    assert own["extended_from"] is None
    assert (derived["extended_from"], derived["decision_id"]) == (own["penalty_id"], own["decision_id"])
    async with at_noon.transaction() as tx:
        row = await tx.driver.fetchrow("SELECT * FROM violation WHERE violation_id = $1", violation_id)
    assert (row["accounts"], row["group_id"], row["group_version"]) == ([OWN, twin], group.group_id, 7)


async def test_what_hits_one_listing_stays_with_it(at_noon):
    twin = await a_linked_account(at_noon)
    await hear(at_noon, a_group(OWN, twin))
    await confirm(at_noon, *await propose(at_noon))
    (word,) = await told(at_noon, "restriction.changed")
    assert word["target_key"] == f"listing:{LISTING.listing_id}"


async def test_an_act_may_say_that_what_hits_one_listing_hits_all_services_of_all_accounts(at_noon):
    text = (rulebook_file.FOLDER / "kuaishou-2020-02-12.yaml").read_text()
    for old, new in (
        ("version: 2020-02-12", "version: 2026-03-01"),
        ('in_force: {at: "2020-02-12', 'in_force: {at: "2026-03-01'),
        ("{measure: freeze, period: 30d}", "{measure: freeze, period: 30d, spread: group}"),
    ):
        assert old in text
        text = text.replace(old, new)
    async with at_noon.transaction() as tx:
        await publish_rulebook(tx, rulebook_file.build(rulebook_file.parse(text.encode())))
    twin = await a_linked_account(at_noon)
    await hear(at_noon, a_group(OWN, twin))
    await confirm(at_noon, *await propose(at_noon))
    assert await held(at_noon, OWN) == await held(at_noon, twin) == ["freeze"]


async def test_a_revoked_category_is_revoked_from_every_account(at_noon):
    twin = await a_linked_account(at_noon)
    await hear(at_noon, a_group(OWN, twin))
    await prove(at_noon, "category-access", OWN, LISTING.listing_id)
    assert await held(at_noon, twin, "order-tools") == ["revoke_category"]


async def test_an_earlier_violation_of_a_linked_account_raises_the_step(at_noon):
    twin = await a_linked_account(at_noon)
    await prove(at_noon, "off-platform-trade", twin)
    await hear(at_noon, a_group(OWN, twin))
    await prove(at_noon, "off-platform-trade", OWN)
    assert await held(at_noon, OWN) == ["payout_hold", "publish_freeze", "publish_limit"]


async def test_an_account_that_is_found_out_later_is_hit_from_then_on(at_noon, clock):
    violation_id, (penalty_id,) = await prove(at_noon, "off-platform-trade", OWN)
    clock.advance(timedelta(days=1))
    twin = await a_linked_account(at_noon)
    await hear(at_noon, group := a_group(OWN, twin))
    assert await held(at_noon, twin) == ["publish_freeze"]
    own, derived = await told(at_noon, "penalty.applied")
    assert (derived["violation_id"], derived["extended_from"]) == (str(violation_id), str(penalty_id))
    assert (derived["from"], derived["until"]) == ("2026-03-03T12:00:00Z", own["until"])
    await hear(at_noon, group, sequence=2)
    assert len(await told(at_noon, "penalty.applied")) == 2, "telling a group again changes nothing"
    async with at_noon.transaction() as tx:
        accounts = await tx.driver.fetchval("SELECT accounts FROM violation")
    assert accounts == [OWN], "what the decision hit stays known"


async def test_what_is_over_does_not_reach_who_is_found_out_later(at_noon, clock):
    await prove(at_noon, "off-platform-trade", OWN)
    clock.advance(timedelta(days=30))
    twin = await a_linked_account(at_noon)
    await hear(at_noon, a_group(OWN, twin))
    assert await held(at_noon, twin) == []


async def test_an_undone_link_takes_back_what_hit_through_it_and_leaves_the_own(at_noon):
    twin = await a_linked_account(at_noon)
    await hear(at_noon, group := a_group(OWN, twin))
    await prove(at_noon, "off-platform-trade", OWN)
    await prove(at_noon, "data-crawling", twin)
    assert await held(at_noon, twin) == ["account_limit", "publish_freeze", "publish_limit"]
    assert await held(at_noon, OWN) == ["account_limit", "publish_freeze", "publish_limit"]
    await hear(at_noon, a_group(OWN, group_id=group.group_id, version=2), sequence=2)
    assert await held(at_noon, twin) == ["account_limit", "publish_limit"]
    assert await held(at_noon, OWN) == ["publish_freeze"]
    assert {said["ended_by"] for said in await told(at_noon, "penalty.lifted")} == {"unlinked"}


async def test_an_account_linked_again_is_hit_again(at_noon):
    twin = await a_linked_account(at_noon)
    group = a_group(OWN, twin)
    await hear(at_noon, group)
    await prove(at_noon, "off-platform-trade", OWN)
    await hear(at_noon, a_group(OWN, group_id=group.group_id, version=2), sequence=2)
    await hear(at_noon, a_group(OWN, twin, group_id=group.group_id, version=3), sequence=3)
    assert await held(at_noon, twin) == ["publish_freeze"]


async def test_what_an_officer_lifted_from_one_account_does_not_come_back(at_noon):
    twin = await a_linked_account(at_noon)
    group = a_group(OWN, twin)
    await hear(at_noon, group)
    _, (_, derived) = await prove(at_noon, "off-platform-trade", OWN)
    async with at_noon.transaction() as tx:
        await lift_penalty(tx, derived, 1, "bela", "not this account")
    await hear(at_noon, a_group(OWN, twin, new_id(), group_id=group.group_id, version=2), sequence=2)
    assert (await held(at_noon, OWN), await held(at_noon, twin)) == (["publish_freeze"], [])


async def test_lifting_the_first_lifts_what_was_extended_from_it(at_noon):
    twin = await a_linked_account(at_noon)
    await hear(at_noon, a_group(OWN, twin))
    _, (own, _) = await prove(at_noon, "off-platform-trade", OWN)
    async with at_noon.transaction() as tx:
        await lift_penalty(tx, own, 1, "bela", "corrected")
    assert (await held(at_noon, OWN), await held(at_noon, twin)) == ([], [])
    assert [said["ended_by"] for said in await told(at_noon, "penalty.lifted")] == ["lift", "original"]


async def test_an_overturned_appeal_frees_the_accounts_that_came_later_too(at_noon):
    violation_id, _ = await prove(at_noon, "off-platform-trade", OWN)
    twin = await a_linked_account(at_noon)
    await hear(at_noon, a_group(OWN, twin))
    await decide(at_noon, await appeal(at_noon, violation_id), Outcome.OVERTURN)
    assert (await held(at_noon, OWN), await held(at_noon, twin)) == ([], [])


@pytest.mark.parametrize("survivor_first", [True, False])
async def test_a_merge_takes_nothing_back_whichever_word_comes_first(at_noon, survivor_first):
    twin, third = await a_linked_account(at_noon), await a_linked_account(at_noon, "third")
    survivor, absorbed = a_group(third, new_id()), a_group(OWN, twin)
    await hear(at_noon, survivor)
    await hear(at_noon, absorbed)
    await prove(at_noon, "off-platform-trade", OWN)
    members = [member.provider_id for member in survivor.members]
    words = [
        a_group(*members, OWN, twin, group_id=survivor.group_id, version=2),
        a_group(group_id=absorbed.group_id, version=2, merged_into=survivor.group_id),
    ]
    for word in words if survivor_first else reversed(words):
        await hear(at_noon, word, sequence=2)
    assert await held(at_noon, twin) == await held(at_noon, third) == ["publish_freeze"]
    assert await told(at_noon, "penalty.lifted") == []
    await hear(at_noon, a_group(OWN, third, group_id=survivor.group_id, version=3), sequence=3)
    assert (await held(at_noon, twin), await held(at_noon, third)) == ([], ["publish_freeze"])


async def test_a_decision_and_a_new_link_at_once_miss_nobody(at_noon):
    twin = await a_linked_account(at_noon)
    case_id = await charge(at_noon, "off-platform-trade", OWN)
    async with at_noon.transaction() as tx:
        await tx.driver.execute("UPDATE case_file SET kind = 'violation'")
    await asyncio.gather(confirm(at_noon, case_id, cause=None), hear(at_noon, a_group(OWN, twin)))
    assert await held(at_noon, OWN) == await held(at_noon, twin) == ["publish_freeze"]


@pytest.mark.parametrize("seed", range(3))
async def test_penalties_always_lie_where_the_group_is_now(at_noon, seed):
    """However accounts come and go, an account is hit by exactly what its present group has done."""
    chance = Random(seed)
    accounts = [OWN, *[await a_linked_account(at_noon, f"twin-{number}") for number in range(4)]]
    done: set[UUID] = set()
    group_id = new_id()
    members: list[UUID] = []
    for step in range(1, 13):
        if step % 4 == 0:
            violator = chance.choice([account for account in accounts if account not in done] or accounts)
            await expel(at_noon, await charge(at_noon, "off-platform-trade", violator))
            done.add(violator)
        members = chance.sample(accounts, chance.randint(0, len(accounts)))
        await hear(at_noon, a_group(*members, group_id=group_id, version=step), sequence=step)
        for account in accounts:
            guilty = done & (set(members) if account in members else {account})
            assert await held(at_noon, account) == ["expel"] * len(guilty), (step, account)


async def test_interim_measures_reach_the_group_and_end_with_the_case(at_noon):
    twin = await a_linked_account(at_noon)
    case_id = await charge(at_noon, "off-platform-trade", OWN)
    await order(at_noon, case_id, "freeze")
    await hear(at_noon, a_group(OWN, twin))
    assert await held(at_noon, twin) == ["freeze"]
    await expel(at_noon, case_id)
    assert await held(at_noon, OWN) == await held(at_noon, twin) == ["expel"]


async def test_a_linked_account_reads_the_violation_and_appeals(at_noon, as_):
    twin_id = await a_linked_account(at_noon)
    await hear(at_noon, a_group(OWN, twin_id))
    violation_id, _ = await prove(at_noon, "off-platform-trade", OWN)
    twin, other = await as_("provider", "twin"), await as_("provider", "other")
    await hear(at_noon, a_provider(account_id="other"))
    seen = (await twin.get(f"/v1/violations/{violation_id}")).json()
    assert [penalty["target"]["id"] for penalty in seen["penalties"]] == [str(twin_id)]
    assert seen["accounts"] == [str(OWN), str(twin_id)]
    assert (await other.get(f"/v1/violations/{violation_id}")).status_code == 404
    path, key = f"/v1/violations/{violation_id}/appeals", {"Idempotency-Key": "once"}
    assert (await other.post(path, json={"text": "I am curious"}, headers=key)).status_code == 404
    assert (await twin.post(path, json={"text": "We are not them"}, headers=key)).status_code == 201
    assert len((await twin.get("/v1/appeals")).json()["items"]) == 1


def test_the_newest_state_of_a_group_decides_whose_an_account_is():
    one, two, three = new_id(), new_id(), new_id()
    old, new = a_group(one, two), a_group(two, three, version=2)
    assert accounts_of(two, [old, new]) == Accounts(two, (three,), new.group_id, 2)
    assert accounts_of(two, [new, old]) == accounts_of(two, [old, new])
    assert accounts_of(one, [old, new]).others == (two,)
    assert accounts_of(new_id(), [old, new]).all != []
    assert accounts_of(three, []) == Accounts(three)
    assert accounts_of(one, [a_group(one, changed_at=NOON)]) == Accounts(one)


def test_a_listing_s_measure_that_an_act_spreads_hits_all_services_of_all_accounts():
    listing = a_listing()
    twin = new_id()
    subject = Subject(listing.provider_id, listing.listing_id, listing.category, (listing.provider_id, twin))
    assert [target.key for target in subject.targets(Scope.LISTING, Spread.GROUP)] == [
        f"provider:{listing.provider_id}",
        f"provider:{twin}",
    ]
