"""While our own restriction blocks use, nothing counts against a provider: neither up nor down, no outage, no fact."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.monitoring import jobs, leases, queries
from services.monitoring.domain.suspension import suspension
from services.monitoring.domain.timeline import State
from services.monitoring.tests.builders import (
    AT,
    LISTING,
    PROVIDER,
    a_cause,
    a_listing,
    a_restriction,
    a_subscription,
    a_verdict,
)
from services.monitoring.use_cases import measuring
from shared.contracts.effects import Effect, Target

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
EXPELLED = Target(kind="provider", id=PROVIDER)
REVOKED = Target(kind="provider_category", id=PROVIDER, category="erp")


@pytest.mark.parametrize("effect", [Effect.USE, Effect.CALL_API])
def test_blocked_use_or_calls_suspend(effect):
    assert suspension([a_cause(effect)], AT).since == AT


def test_other_effects_do_not_suspend():
    assert suspension([a_cause(Effect.LIST, Effect.ORDER, Effect.RENEW)], AT).since is None


def test_a_suspension_to_come_and_its_end_are_known_without_a_message():
    cause = a_cause(from_=AT + HOUR, until=AT + 2 * HOUR)
    assert (suspension([cause], AT).since, suspension([cause], AT).due_at) == (None, AT + HOUR)
    during = suspension([cause], AT + HOUR)
    assert (during.since, during.due_at) == (AT + HOUR, AT + 2 * HOUR)
    after = suspension([cause], AT + 2 * HOUR)
    assert (after.since, after.due_at) == (None, None)


def test_it_lasts_from_the_first_cause_until_none_blocks():
    causes = [a_cause(until=AT + HOUR), a_cause(from_=AT + SECOND)]
    assert suspension(causes, AT + 2 * SECOND).since == AT
    assert suspension(causes, AT + 2 * HOUR).since == AT + SECOND


@pytest.fixture
def judge(followed, clock):
    async def take(state, at):
        clock.at = at
        async with followed.transaction() as tx:
            return await measuring.judge_target(tx, a_verdict(state, at), LISTING, leased_by="me")

    return take


async def _row(db, query):
    async with db.transaction() as tx:
        return await tx.driver.fetchrow(query)


async def _types(db):
    async with db.transaction() as tx:
        return [row["type"] for row in await tx.driver.fetch("SELECT type FROM outbox ORDER BY position")]


@pytest.mark.parametrize("target", [None, EXPELLED, REVOKED])
async def test_a_failure_under_a_restriction_is_no_fact(judge, react, db, target):
    await react(a_restriction(a_cause(), target=target))
    assert await judge(State.DOWN, AT + SECOND) is State.SUSPENDED
    assert await _types(db) == []


@pytest.mark.parametrize(
    "target",
    [
        Target(kind="listing", id=UUID(int=99)),
        Target(kind="provider", id=UUID(int=99)),
        Target(kind="provider_category", id=PROVIDER, category="crm"),
    ],
)
async def test_a_restriction_of_something_else_changes_nothing(judge, react, db, target):
    await react(a_restriction(a_cause(), target=target))
    assert await judge(State.DOWN, AT + SECOND) is State.DOWN


async def test_a_restriction_that_came_before_its_listing_takes_hold(react, db, clock):
    clock.at = AT + SECOND
    await react(a_restriction(a_cause()))
    await react(a_listing())
    assert (await _row(db, "SELECT state FROM target"))["state"] == "suspended"


async def test_an_open_outage_ends_when_our_restriction_begins(judge, react, db, clock):
    await judge(State.DOWN, AT)
    clock.at = AT + HOUR
    await react(a_restriction(a_cause(from_=AT + 10 * SECOND)))
    assert (await _types(db))[-1] == "outage.closed"
    assert (await _row(db, "SELECT ended_at FROM outage"))["ended_at"] == AT + 10 * SECOND


async def test_an_outage_that_our_restriction_preceded_is_void(judge, react, db, clock):
    await react(a_subscription("merchant"))
    await judge(State.UP, AT)
    await judge(State.DOWN, AT + 10 * SECOND)
    clock.at = AT + 12 * SECOND
    await react(a_restriction(a_cause(from_=AT + 9 * SECOND)))
    row = await _row(db, "SELECT started_at, ended_at, merchants_affected FROM outage")
    assert row["started_at"] == row["ended_at"]
    assert row["merchants_affected"] == 0
    async with db.transaction() as tx:
        found = await queries.availability(tx, LISTING, AT, AT + 12 * SECOND)
    assert found is not None
    assert (found.up_ms, found.down_ms, found.suspended_ms) == (9000, 0, 3000)


async def test_lifting_the_restriction_starts_measuring_again(judge, react, db, clock):
    await react(a_restriction(a_cause()))
    clock.at = AT + HOUR
    await react(a_restriction(), sequence=2)
    assert (await _row(db, "SELECT state FROM target"))["state"] == "unknown"
    assert await judge(State.DOWN, AT + HOUR + SECOND) is State.DOWN
    async with db.transaction() as tx:
        found = await queries.availability(tx, LISTING, AT, AT + HOUR)
    assert found is not None
    assert found.suspended_ms == 3_600_000


async def test_a_restriction_starts_and_lapses_by_the_clock(followed, react, clock):
    await react(a_restriction(a_cause(from_=AT + SECOND, until=AT + HOUR)))
    states = []
    for at in (AT, AT + SECOND, AT + 2 * SECOND, AT + HOUR):
        clock.at = at
        async with followed.transaction() as tx:
            await jobs.follow_suspensions(tx)
        states.append((await _row(followed, "SELECT state FROM target"))["state"])
    assert states == ["unknown", "suspended", "suspended", "unknown"]


async def test_a_suspended_target_is_not_looked_at(followed, react):
    await react(a_restriction(a_cause()))
    async with followed.transaction() as tx:
        assert await leases.renew(tx, "me", most=9, lease_ms=5000, interval_ms=10000, timeout_ms=1000) == []
