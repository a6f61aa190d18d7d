"""What an application says about who is the same provider, against the real database."""

import asyncio
import hashlib

import pytest

from services.registry.domain.errors import IdentityBarred
from services.registry.domain.trait import TraitKind
from services.registry.reactions.restriction_changed import keep_restriction
from services.registry.tests.builders import a_cause, a_code, a_provider, received_restriction
from services.registry.use_cases.links import note_traits, refuse_barred
from shared.contracts.effects import Effect, Target
from shared.ids import new_id


def digest(text):
    return hashlib.sha256(text.encode()).digest()


def traits(**values):
    return {TraitKind(kind): [digest(text)] for kind, text in values.items()}


async def arrive(db, **values):
    """An account applies with these traits."""
    async with db.transaction() as tx:
        provider = a_provider(account_id=str(new_id()), unified_social_credit_code=a_code())
        tx.session.add(provider)
        await note_traits(tx, provider, traits(**values))
        return provider.provider_id


async def groups(db):
    async with db.transaction() as tx:
        rows = await tx.driver.fetch(
            "SELECT group_id, array_agg(provider_id) AS members FROM membership WHERE until IS NULL GROUP BY group_id"
        )
        return {frozenset(row["members"]) for row in rows}


async def test_the_same_code_links_at_once(db):
    one, other, third = await arrive(db, code="a"), await arrive(db, code="a"), await arrive(db, code="b")
    assert await groups(db) == {frozenset({one, other})}
    assert third


async def test_two_applications_at_once_with_the_same_code_end_in_one_group(db):
    found = await asyncio.gather(*(arrive(db, code="a", phone=str(number % 2)) for number in range(4)))
    assert await groups(db) == {frozenset(found)}


async def test_a_shared_phone_is_proposed_and_links_nobody(db):
    one, other = await arrive(db, code="a", phone="1"), await arrive(db, code="b", phone="1")
    async with db.transaction() as tx:
        row = await tx.driver.fetchrow("SELECT * FROM link")
    assert {row["first_id"], row["second_id"]} == {one, other}
    assert (row["status"], row["confidence"], await groups(db)) == ("proposed", 0.7, set())


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
