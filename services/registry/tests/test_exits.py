"""A provider leaves: from its request to the end, on a real database."""

import asyncio

import pytest

from services.registry.domain.errors import AccountBlocked, ExitBlocked, ExitRunning, OwnProvider, WrongExitStatus
from services.registry.tests.builders import a_cause, told
from services.registry.tests.leaving import (
    DAY,
    a_balance,
    a_case,
    a_request,
    a_restriction,
    an_acceptance,
    an_admitted,
    an_order,
    finished,
    hear,
    open_kinds,
    the_exits,
    the_standing,
)
from services.registry.use_cases import exits, serving_out
from shared.contracts.effects import Effect
from shared.contracts.registry import ProviderStandingChanged, Standing
from shared.errors import Refusal, StaleVersion


async def tick(db):
    async with db.transaction() as tx:
        return await serving_out.complete_exits(tx)


async def last_standing(db):
    facts = [payload for name, payload in await told(db) if name == "provider.standing_changed"]
    return ProviderStandingChanged.model_validate_json(facts[-1])


async def test_from_the_request_on_nothing_is_ordered_or_renewed_and_use_stays(db):
    provider_id = await an_admitted(db)
    await a_request(db, provider_id)
    state = await last_standing(db)
    assert state.standing is Standing.EXITING
    assert state.serves_out_since is not None
    assert {Effect.ORDER, Effect.RENEW} <= state.blocked
    assert not {Effect.USE, Effect.CALL_API, Effect.SETTLE} & state.blocked


async def test_a_withdrawn_request_gives_back_exactly_what_was(db):
    provider_id = await an_admitted(db)
    before = await last_standing(db)
    await a_request(db, provider_id)
    async with db.transaction() as tx:
        await exits.withdraw_exit(tx, provider_id, "account-1", 1, "we stay")
    assert await last_standing(db) == before
    assert [name for name, _ in await told(db)][-4:] == [
        "exit.requested", "provider.standing_changed", "exit.withdrawn", "provider.standing_changed",
    ]  # fmt: skip
    await a_request(db, provider_id)
    assert await the_exits(db, provider_id) == [("voluntary", "withdrawn"), ("voluntary", "requested")]


async def test_a_provider_leaves_once_at_a_time_however_often_it_asks_at_once(db):
    provider_id = await an_admitted(db)

    async def ask():
        try:
            await a_request(db, provider_id)
        except Refusal as refusal:
            return type(refusal)
        return None

    answers = await asyncio.gather(*(ask() for _ in range(5)))
    assert sorted(answers, key=str) == [ExitRunning] * 4 + [None]


async def test_every_blocker_is_named_until_its_owner_says_that_it_is_gone(db, clock):
    provider_id = await an_admitted(db)
    order, case = an_order(provider_id, clock.at), a_case(provider_id, clock.at)
    await hear(db, order, case, a_balance(provider_id, clock.at, owed=495))
    await a_request(db, provider_id)
    with pytest.raises(ExitBlocked) as refused:
        await an_acceptance(db, provider_id)
    named = {one["kind"]: (one["clause"], one["count"]) for one in refused.value.facts["blockers"]}
    assert named == {"open_order": ("7.1.2", 1), "open_case": ("7.1.3", 1), "fee_owed": ("7.1.4", 1)}
    await hear(db, finished(order, refund_pending=True), case.model_copy(update={"status": "dismissed"}))
    assert await open_kinds(db, provider_id) == {"refund": 1, "fee_owed": 1}
    await hear(db, finished(order), a_balance(provider_id, clock.at, due=9_405))
    assert await open_kinds(db, provider_id) == {"payout_due": 1}
    assert (await an_acceptance(db, provider_id)).status == "accepted"


async def test_an_older_fact_does_not_reopen_what_is_finished(db, clock):
    provider_id = await an_admitted(db)
    order = an_order(provider_id, clock.at)
    await hear(db, order, finished(order))
    async with db.transaction() as tx:
        await tx.driver.execute("UPDATE obligation SET sequence = 1000000000")
    await hear(db, order)
    assert await open_kinds(db, provider_id) == {}


async def test_nobody_accepts_their_own_exit_and_only_the_version_that_was_read(db):
    provider_id = await an_admitted(db)
    await a_request(db, provider_id)
    async with db.transaction() as tx:
        with pytest.raises(OwnProvider):
            await exits.accept_exit(tx, provider_id, 1, "account-1", "me")
    with pytest.raises(StaleVersion):
        await an_acceptance(db, provider_id, version=7)


async def test_of_two_officers_with_the_same_version_one_accepts(db):
    provider_id = await an_admitted(db)
    await a_request(db, provider_id)

    async def accept():
        try:
            await an_acceptance(db, provider_id)
        except Refusal as refusal:
            return type(refusal)
        return None

    assert sorted(await asyncio.gather(accept(), accept()), key=str) == [StaleVersion, None]


async def test_an_accepted_exit_is_not_withdrawn(db):
    provider_id = await an_admitted(db)
    await a_request(db, provider_id)
    await an_acceptance(db, provider_id)
    async with db.transaction() as tx:
        with pytest.raises(WrongExitStatus):
            await exits.withdraw_exit(tx, provider_id, "account-1", 2, "we stay")


async def test_a_limited_account_does_not_ask_to_leave(db, clock):
    provider_id = await an_admitted(db)
    await hear(db, a_restriction(provider_id, [a_cause(Effect.ACCOUNT, from_=clock.at, until=clock.at + DAY)]))
    with pytest.raises(AccountBlocked):
        await a_request(db, provider_id)


async def test_who_sold_nothing_has_left_at_once(db):
    provider_id = await an_admitted(db)
    await a_request(db, provider_id)
    await an_acceptance(db, provider_id)
    assert await tick(db) == 1
    assert await the_standing(db, provider_id) is Standing.EXITED
    assert {Effect.USE, Effect.CALL_API} <= (await last_standing(db)).blocked
    assert [name for name, _ in await told(db)][-2:] == ["exit.completed", "provider.standing_changed"]
