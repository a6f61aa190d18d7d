"""What the market is told of how available a listing is: when it changes as it is shown, once a day, and again."""

from datetime import timedelta

import pytest

from services.monitoring.domain.availability import (
    Availability,
    Told,
    is_news,
    look_again_after,
    measure,
)
from services.monitoring.domain.timeline import Span, State
from services.monitoring.tests.builders import AT, LISTING, PROVIDER, a_cause, a_listing, a_restriction, a_verdict, told
from services.monitoring.use_cases.availability import measure_availability, tell_availability
from services.monitoring.use_cases.measuring import judge_target
from shared.ids import new_id

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("known", "found", "later", "news"),
    [
        (None, None, HOUR, True),
        (Told(None, AT), None, HOUR, False),
        (Told(None, AT), 1000, MINUTE, True),
        (Told(1000, AT), 1000, DAY - MINUTE, False),
        (Told(1000, AT), 1000, DAY, True),
        (Told(1000, AT), 999, MINUTE, True),
    ],
)
def test_what_is_told_is_what_changes_as_it_is_shown_or_is_a_day_old(known, found, later, news):
    measured = Availability(1000) if found is None else Availability(1000, found, 1000 - found)
    assert is_news(measured, known, AT + later) is news


def test_one_failure_never_reads_as_all_and_what_ended_counts_like_what_lasts():
    assert Availability(10_000_000, 9_999_999, 1).per_mille == 999
    found = measure([Span(State.UP, 50, 100)], 0, 100, {State.UP: 20, State.DOWN: 10, State.SUSPENDED: 20})
    assert (found.up_ms, found.down_ms, found.suspended_ms, found.per_mille) == (70, 10, 20, 875)


def test_a_target_is_looked_at_as_soon_as_its_share_can_change_and_not_sooner():
    day = Availability(7 * 86_400_000, 86_400_000)
    assert look_again_after(day, DAY) == timedelta(seconds=86.4)
    assert look_again_after(Availability(1, 1), MINUTE) == look_again_after(Availability(1), MINUTE) == MINUTE / 6
    assert look_again_after(Availability(1), DAY) == 10 * MINUTE


@pytest.fixture
def judge(followed, clock):
    async def take(state, after):
        clock.at = AT + after
        async with followed.transaction() as tx:
            await judge_target(tx, a_verdict(state, clock.at), LISTING, leased_by="me")

    return take


async def tick(db, limit=200):
    async with db.transaction() as tx:
        return await measure_availability(tx, limit)


async def shares(db):
    return [state["availability"] for name, state, _ in await told(db) if name == "availability.measured"]


async def test_a_listing_is_told_as_unmeasured_then_as_it_does_and_only_when_that_changes(followed, judge, clock):
    assert await tick(followed) == 1
    assert await tick(followed) == 0, "not due again"
    await judge(State.UP, timedelta(seconds=0))
    await judge(State.UP, timedelta(seconds=9))
    clock.at = AT + timedelta(seconds=10)
    await tick(followed)
    await judge(State.DOWN, timedelta(seconds=20))
    clock.at = AT + timedelta(seconds=30)
    assert [await tick(followed), await tick(followed)] == [1, 0]
    assert await shares(followed) == [None, 1.0, 0.666]
    fact = [state for name, state, _ in await told(followed) if name == "availability.measured"][-1]
    assert (fact["from"], fact["until"]) == (
        (clock.at - 7 * DAY).isoformat().replace("+00:00", "Z"), clock.at.isoformat().replace("+00:00", "Z"),
    )  # fmt: skip
    assert (fact["listing_id"], fact["provider_id"]) == (str(LISTING), str(PROVIDER))


async def test_what_our_own_restriction_stops_counts_for_neither_side(followed, judge, react, clock):
    await judge(State.UP, timedelta(0))
    clock.at = AT + timedelta(seconds=10)
    await react(a_restriction(a_cause(from_=clock.at)))
    clock.at += HOUR
    await tick(followed)
    assert await shares(followed) == [1.0]
    clock.at += 8 * DAY
    await tick(followed)
    assert await shares(followed) == [1.0, None]


async def test_many_targets_are_measured_in_bounded_ticks_and_told_again_in_parts(followed, react):
    for number in range(4):
        await react(a_listing(listing_id=new_id(), name=f"Listing {number}"))
    assert [await tick(followed, 2) for _ in range(4)] == [2, 2, 1, 0]
    before, after, parts = len(await told(followed)), "", 0
    while parts == 0 or after:
        async with followed.transaction() as tx:
            after = await tell_availability(tx, after, 3)
        parts += 1
    again = (await told(followed))[before:]
    assert (parts, len({state["listing_id"] for _, state, _ in again})) == (2, 5)
