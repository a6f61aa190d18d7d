"""What an application says about who is the same provider, against the real database."""

import asyncio
import json

import pytest

from services.registry.domain.errors import IdentityBarred
from services.registry.domain.evidence import FAN_OUT
from services.registry.domain.trait import TraitKind
from services.registry.reactions.restriction_changed import keep_restriction
from services.registry.tests.builders import a_cause, received_restriction, told
from services.registry.tests.linking import arrive, partition, restate, traits
from services.registry.use_cases.links import refuse_barred
from shared.contracts.effects import Effect, Target


async def test_the_same_code_links_at_once(db):
    one, other = await arrive(db, code="a"), await arrive(db, code="a")
    await arrive(db, code="b")
    assert await partition(db) == {frozenset({one, other})}


async def test_the_same_representative_links_accounts_of_two_enterprises(db):
    one, other = await arrive(db, code="a", representative="r"), await arrive(db, code="b", representative="r")
    assert await partition(db) == {frozenset({one, other})}


async def test_linking_is_told_whole_and_to_each_account_and_audited_without_a_trait(db):
    one, other = await arrive(db, code="a"), await arrive(db, code="a")
    facts = [(name, json.loads(payload)) for name, payload in await told(db)]
    assert [name for name, _ in facts] == ["group.changed", "provider.linked", "provider.linked"]
    assert [member["provider_id"] for member in facts[0][1]["members"]] == sorted(map(str, (one, other)))
    assert {fact["provider_id"] for name, fact in facts if name == "provider.linked"} == {str(one), str(other)}
    assert {fact["basis"] for name, fact in facts if name == "provider.linked"} == {"code"}
    async with db.transaction() as tx:
        audit = await tx.driver.fetch("SELECT action, old::text || new::text AS said FROM audit")
    assert {row["action"] for row in audit} == {"note_traits", "change_group"}
    (digest,) = traits(code="a")[TraitKind.CODE]
    assert not any(digest.hex() in row["said"] for row in audit)


async def test_who_states_another_code_leaves_the_group_and_the_past_stays_known(db):
    one, other, third = [await arrive(db, code="a") for _ in range(3)]
    await restate(db, third, code="b")
    assert await partition(db) == {frozenset({one, other})}
    facts = [json.loads(payload) for name, payload in await told(db) if name == "provider.unlinked"]
    assert [fact["provider_id"] for fact in facts] == [str(third)]
    async with db.transaction() as tx:
        ended = await tx.driver.fetch("SELECT provider_id, ended_by FROM membership WHERE until IS NOT NULL")
    assert [(row["provider_id"], row["ended_by"] != "") for row in ended] == [(third, True)]


async def test_the_same_traits_again_change_nothing(db):
    one = await arrive(db, code="a", phone="1")
    await arrive(db, code="a", phone="1")
    said = await told(db)
    await restate(db, one, code="a", phone="1")
    assert await told(db) == said


async def test_a_proposal_lapses_when_the_evidence_is_gone_and_comes_back_with_it(db):
    one = await arrive(db, code="a", phone="1")
    await arrive(db, code="b", phone=["1", "2"])
    for phone, status in (("3", "lapsed"), ("2", "proposed")):
        await restate(db, one, code="a", phone=phone)
        async with db.transaction() as tx:
            assert await tx.driver.fetchval("SELECT status FROM link") == status


async def test_a_phone_that_half_the_market_shares_proposes_nothing_more(db):
    for _ in range(FAN_OUT):
        await arrive(db, phone="hotline")
    async with db.transaction() as tx:
        before = await tx.driver.fetchval("SELECT count(*) FROM link")
    await arrive(db, phone="hotline")
    async with db.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM link") == before


async def test_two_applications_at_once_with_the_same_code_end_in_one_group(db):
    found = await asyncio.gather(*(arrive(db, code="a", phone=str(number % 2)) for number in range(4)))
    assert await partition(db) == {frozenset(found)}


async def test_two_at_once_with_the_same_phone_are_proposed(db):
    await asyncio.gather(*(arrive(db, phone="1") for _ in range(4)))
    async with db.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM link WHERE status = 'proposed'") == 6


async def test_a_chain_that_closes_at_once_from_both_ends_is_one_group(db):
    ends = [await arrive(db, code="a"), await arrive(db, code="c")]
    joints = await asyncio.gather(
        arrive(db, code="a", representative="r"), arrive(db, code="c", representative="r"), arrive(db, code="a")
    )
    assert await partition(db) == {frozenset([*ends, *joints])}


async def test_a_shared_phone_is_proposed_and_links_nobody(db):
    one, other = await arrive(db, code="a", phone="1"), await arrive(db, code="b", phone="1")
    async with db.transaction() as tx:
        row = await tx.driver.fetchrow("SELECT * FROM link")
    assert {row["first_id"], row["second_id"]} == {one, other}
    assert (row["status"], row["confidence"], await partition(db)) == ("proposed", 0.7, set())


async def test_an_expelled_providers_identity_is_refused_without_naming_the_account(db):
    expelled = await arrive(db, code="a", representative="r")
    everything = frozenset(Effect) - {Effect.SETTLE}
    async with db.transaction() as tx:
        target = Target(kind="provider", id=expelled)
        await keep_restriction(tx, [received_restriction(target, a_cause(*everything, measure="expel"))])
    async with db.transaction() as tx:
        await refuse_barred(tx, traits(code="b", representative="q", phone="1"), but=None)
        await refuse_barred(tx, traits(code="a"), but=expelled)
        with pytest.raises(IdentityBarred) as refused:
            await refuse_barred(tx, traits(code="b", representative="r"), but=None)
    assert refused.value.facts["clauses"] == ["2.7", "6.5.11"]
    assert [error["pointer"] for error in refused.value.facts["errors"]] == ["/representative/identity_number"]
    assert str(expelled) not in str(refused.value.facts)


async def test_a_limited_account_is_not_an_expelled_one(db):
    limited = await arrive(db, code="a")
    async with db.transaction() as tx:
        cause = a_cause(Effect.ACCOUNT, measure="account_limit")
        await keep_restriction(tx, [received_restriction(Target(kind="provider", id=limited), cause)])
    async with db.transaction() as tx:
        await refuse_barred(tx, traits(code="a"), but=None)
