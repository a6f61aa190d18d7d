"""What staff decide about who is the same provider, against the real database."""

import asyncio
import json
import random
from itertools import combinations

import pytest

from services.registry.domain.errors import LinkedByLaw, OwnProvider, WrongLinkStatus
from services.registry.domain.proposal import pair_of
from services.registry.resync import retell_groups
from services.registry.store import links
from services.registry.tests.builders import told
from services.registry.tests.linking import arrive, partition, restate
from services.registry.use_cases import link_decisions
from shared.errors import Invalid, NotFound, Refusal, StaleVersion
from shared.ids import new_id


async def the_link(db, one, other):
    async with db.transaction() as tx:
        pair = pair_of(one, other)
        return await tx.driver.fetchrow(
            "SELECT *, evidence::text AS said FROM link WHERE first_id = $1 AND second_id = $2", *pair
        )


async def the_group(db, provider_id):
    async with db.transaction() as tx:
        return await tx.driver.fetchrow(
            "SELECT g.* FROM account_group g JOIN membership USING (group_id) WHERE until IS NULL AND provider_id = $1",
            provider_id,
        )


async def decide(db, decision, one, other, officer="officer-1"):
    link = await the_link(db, one, other)
    async with db.transaction() as tx:
        return await decision(tx, link["link_id"], link["version"], officer, "checked")


async def investigate(db, one, other, officer="officer-1"):
    async with db.transaction() as tx:
        return await link_decisions.link_accounts(
            tx, one, other, officer, "one controller", "one owner in the register"
        )


async def separate(db, provider_id, officer="officer-1"):
    group = await the_group(db, provider_id)
    async with db.transaction() as tx:
        return await link_decisions.separate_account(
            tx, group["group_id"], group["version"], provider_id, officer, "an agency serves both"
        )


async def test_a_confirmed_pair_is_one_provider_until_it_is_undone(db):
    one, other = await arrive(db, phone="1"), await arrive(db, phone="1")
    await decide(db, link_decisions.confirm_link, one, other)
    assert await partition(db) == {frozenset({one, other})}
    await decide(db, link_decisions.undo_link, one, other)
    assert await partition(db) == set()
    names = [name for name, _ in await told(db)]
    assert names == ["group.changed", *["provider.linked"] * 2, *["provider.unlinked"] * 2, "group.changed"]
    async with db.transaction() as tx:
        actions = await tx.driver.fetch("SELECT action, reason FROM audit WHERE reason = 'checked' ORDER BY id")
    assert {row["action"] for row in actions} == {"confirm_link", "undo_link", "change_group"}


async def test_a_rejected_pair_comes_back_only_upon_new_evidence(db):
    one, other = await arrive(db, phone="1"), await arrive(db, phone="1")
    await decide(db, link_decisions.reject_link, one, other)
    await restate(db, one, phone="1", mail_domain="d")
    assert (await the_link(db, one, other))["status"] == "rejected"
    await restate(db, other, phone="1", mail_domain="d", website="w")
    await restate(db, one, phone="1", website="w")
    link = await the_link(db, one, other)
    assert (link["status"], link["reason"]) == ("proposed", "checked")
    assert {item["kind"] for item in json.loads(link["said"])} == {"phone", "website"}


async def test_an_undone_pair_is_not_proposed_again_by_what_was_judged(db):
    one, other = await arrive(db, phone="1"), await arrive(db, phone="1")
    await decide(db, link_decisions.confirm_link, one, other)
    await decide(db, link_decisions.undo_link, one, other)
    await restate(db, one, phone=["1", "7"])
    assert (await the_link(db, one, other))["status"] == "undone"


async def test_a_confirmed_pair_outlives_its_evidence(db):
    one, other = await arrive(db, phone="1"), await arrive(db, phone="1")
    await decide(db, link_decisions.confirm_link, one, other)
    await restate(db, one, phone="2")
    assert await partition(db) == {frozenset({one, other})}


async def test_an_investigation_links_whatever_was_decided_before(db):
    one, other = await arrive(db, phone="1"), await arrive(db, phone="1")
    await decide(db, link_decisions.reject_link, one, other)
    link = await investigate(db, one, other)
    assert (link.basis, link.kinds) == ("investigation", ["phone", "investigation"])
    assert await partition(db) == {frozenset({one, other})}
    with pytest.raises(WrongLinkStatus):
        await investigate(db, other, one)


async def test_an_account_is_not_linked_with_itself_nor_with_one_that_does_not_exist(db):
    one = await arrive(db)
    with pytest.raises(Invalid):
        await investigate(db, one, one)
    with pytest.raises(NotFound):
        await investigate(db, one, new_id())


async def test_two_groups_that_merge_keep_the_oldest_and_the_other_says_where_it_went(db):
    first, second = [await arrive(db, code="a") for _ in range(2)], [await arrive(db, code="b") for _ in range(2)]
    older, newer = await the_group(db, first[0]), await the_group(db, second[0])
    await investigate(db, first[0], second[0])
    assert await partition(db) == {frozenset([*first, *second])}
    assert (await the_group(db, second[1]))["group_id"] == older["group_id"]
    async with db.transaction() as tx:
        gone = await tx.driver.fetchrow("SELECT * FROM account_group WHERE group_id = $1", newer["group_id"])
    assert (gone["merged_into"], gone["version"]) == (older["group_id"], 2)
    assert "provider.unlinked" not in [name for name, _ in await told(db)]


async def test_an_account_leaves_together_with_those_of_the_same_identity(db):
    one, same = await arrive(db, code="a", phone="1"), await arrive(db, code="a")
    other = await arrive(db, code="b", phone="1")
    await decide(db, link_decisions.confirm_link, one, other)
    assert await separate(db, same) == {one, same}
    assert await partition(db) == {frozenset({one, same})}
    assert (await the_link(db, one, other))["status"] == "undone"


async def test_the_same_identity_is_not_separated(db):
    one = await arrive(db, code="a")
    await arrive(db, code="a")
    with pytest.raises(LinkedByLaw):
        await separate(db, one)


async def test_nobody_decides_about_their_own_provider(db):
    one, other = await arrive(db, account_id="double", phone="1"), await arrive(db, phone="1")
    for decision in (link_decisions.confirm_link, link_decisions.reject_link):
        with pytest.raises(OwnProvider):
            await decide(db, decision, one, other, "double")
    with pytest.raises(OwnProvider):
        await investigate(db, one, other, "double")
    await decide(db, link_decisions.confirm_link, one, other)
    with pytest.raises(OwnProvider):
        await separate(db, other, "double")
    with pytest.raises(OwnProvider):
        await decide(db, link_decisions.undo_link, one, other, "double")


async def test_of_two_decisions_at_once_one_wins(db):
    one, other = await arrive(db, phone="1"), await arrive(db, phone="1")
    link = await the_link(db, one, other)

    async def attempt(decision):
        async with db.transaction() as tx:
            return await decision(tx, link["link_id"], link["version"], "officer-1", "checked")

    decisions = (link_decisions.confirm_link, link_decisions.reject_link, link_decisions.confirm_link)
    answers = await asyncio.gather(*map(attempt, decisions), return_exceptions=True)
    assert sorted(isinstance(answer, StaleVersion) for answer in answers) == [False, True, True]


async def test_a_confirmation_and_an_application_at_once_end_in_one_group(db):
    for number in range(3):
        one, other = await arrive(db, code=f"a{number}", phone=f"{number}"), await arrive(db, phone=f"{number}")
        _, late = await asyncio.gather(
            decide(db, link_decisions.confirm_link, one, other), arrive(db, code=f"a{number}")
        )
        assert frozenset({one, other, late}) in await partition(db)


async def test_groups_are_told_again_also_those_that_are_no_more(db):
    one, other = await arrive(db, phone="1"), await arrive(db, phone="1")
    await decide(db, link_decisions.confirm_link, one, other)
    await decide(db, link_decisions.undo_link, one, other)
    await investigate(db, one, await arrive(db))
    said = [json.loads(payload) for name, payload in await told(db) if name == "group.changed"]
    current = {state["group_id"]: state for state in said}
    after = ""
    async with db.transaction() as tx:
        for _ in range(3):
            after = await retell_groups(tx, after, 1)
    again = [json.loads(payload) for name, payload in await told(db) if name == "group.changed"][len(said) :]
    assert {state["group_id"]: state for state in again} == current
    assert sorted(len(state["members"]) for state in again) == [0, 2]


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_of_applications_and_decisions_gives_the_same_groups(db_for, seed):
    """The same accounts, links, and undone links, as they may come; an undo needs the link that it takes back."""
    stated = {
        "a": {"code": "1", "phone": "p"}, "b": {"code": "1"}, "c": {"code": "2", "representative": "r"},
        "d": {"representative": "r", "phone": "p"}, "e": {"code": "3", "phone": "p"}, "f": {},
    }  # fmt: skip
    linked, undone = [("a", "f"), ("e", "f"), ("b", "e"), ("c", "e")], [("a", "f"), ("c", "e")]
    rng = random.Random(seed)
    db, ids = await db_for("registry"), {}

    async def ready(step):
        if step[0] == "arrive":
            ids[step[1]] = await arrive(db, **stated[step[1]])
        elif step[0] == "link":
            if not {*step[1:]} <= ids.keys():
                return False
            await investigate(db, *(ids[name] for name in step[1:]))
        else:
            link = await the_link(db, *(ids[name] for name in step[1:])) if {*step[1:]} <= ids.keys() else None
            if link is None or link["status"] != "confirmed":
                return False
            await decide(db, link_decisions.undo_link, *(ids[name] for name in step[1:]))
        return True

    steps = [("arrive", name) for name in stated] + [("link", *p) for p in linked] + [("undo", *p) for p in undone]
    while steps:
        rng.shuffle(steps)
        if await ready(steps[0]):
            del steps[0]
    names = {id_: name for name, id_ in ids.items()}
    assert {frozenset(names[id_] for id_ in part) for part in await partition(db)} == {
        frozenset("abef"),
        frozenset("cd"),
    }


async def test_many_changes_at_once_end_in_one_partition_without_a_deadlock(db):
    accounts = [await arrive(db, phone=str(number)) for number in range(6)]
    pairs = list(combinations(accounts, 2))

    async def act(pair):
        try:
            await investigate(db, *pair)
            await restate(db, pair[0], code="x")
        except Refusal:
            pass

    await asyncio.gather(*(act(pair) for pair in pairs))
    assert await partition(db) == {frozenset(accounts)}
    async with db.transaction() as tx:
        alive = await tx.driver.fetchval(
            "SELECT count(DISTINCT group_id) FROM account_group JOIN membership USING (group_id) WHERE until IS NULL"
        )
    assert alive == 1


async def test_a_pair_keeps_no_digest_of_who_is_forgotten_but_what_was_decided(db):
    one, other = await arrive(db, phone="1"), await arrive(db, phone="1")
    await decide(db, link_decisions.reject_link, one, other)
    async with db.transaction() as tx:
        await links.forget_grounds(tx, one)
    link = await the_link(db, one, other)
    assert (link["grounds"], link["judged"], link["status"]) == ([], [], "rejected")
    assert [item["kind"] for item in json.loads(link["said"])] == ["phone"]
