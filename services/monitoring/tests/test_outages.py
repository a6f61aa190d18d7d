"""From verdicts to outages: opened at the first failure, closed at the first good look, counted in merchants."""

from datetime import timedelta

import pytest

from services.monitoring import jobs, replicas
from services.monitoring.domain.timeline import State
from services.monitoring.tests.builders import (
    AT,
    LISTING,
    PROVIDER,
    STORY,
    a_listing,
    a_standing,
    a_subscription,
    a_verdict,
    received,
    told,
)
from services.monitoring.use_cases import measuring
from shared.context import Context
from shared.contracts.catalog import (
    ListingDelisted,
    ListingLifecycle,
    ListingRelisted,
    ListingRetired,
    ListingUpdated,
)
from shared.contracts.monitoring import OutageCause
from shared.contracts.orders import SubscriptionStatus, SubscriptionUpdated
from shared.errors import NotFound
from shared.ids import new_id

SECOND = timedelta(seconds=1)


@pytest.fixture
def judge(followed, clock):
    """`await judge(State.DOWN, after=10 * SECOND)`: a verdict this long after AT, stored at that time."""

    async def take(state, after=timedelta(0), prober="me", vantages=("north", "south")):
        clock.at = AT + after
        async with followed.transaction(Context(actor="prober")) as tx:
            return await measuring.judge_target(
                tx, a_verdict(state, AT + after, vantages=vantages), LISTING, leased_by=prober
            )

    return take


async def run(db, job):
    async with db.transaction() as tx:
        return await job(tx)


async def outage(db):
    async with db.transaction() as tx:
        return await tx.driver.fetchrow("SELECT * FROM outage ORDER BY outage_id DESC LIMIT 1")


async def test_a_confirmed_failure_opens_an_outage_under_the_listings_story(judge, db):
    await judge(State.UP)
    await judge(State.DOWN, 7 * SECOND)
    (failed, facts, story), (opened, state, same_story) = await told(db)
    assert (failed, opened) == ("probe.failed", "outage.opened")
    assert story == same_story == STORY
    assert facts["vantages"] == ["north", "south"]
    assert facts["evidence_hash"] == state["evidence_hash"] == "hash-north"
    assert state["started_at"] == facts["failed_at"] == (AT + 7 * SECOND).isoformat().replace("+00:00", "Z")
    assert state["ended_at"] is None
    assert state["listing_kind"] == "application"
    assert state["cause"] == "unknown"


async def test_a_failure_that_goes_on_says_nothing_new(judge, db):
    for after in range(0, 60, 10):
        await judge(State.DOWN, after * SECOND)
    assert len(await told(db)) == 2


async def test_a_recovery_closes_the_outage_at_the_first_good_look(judge, db):
    await judge(State.DOWN)
    await judge(State.UP, 10 * SECOND)
    assert [name for name, _, _ in await told(db)][2:] == ["probe.recovered", "outage.closed"]
    assert (await outage(db))["ended_at"] == AT + 10 * SECOND


async def test_an_outage_ends_when_it_was_last_known_if_nobody_looked_for_long(judge, db):
    await judge(State.DOWN)
    await judge(State.UP, timedelta(hours=4))
    assert (await outage(db))["ended_at"] == AT + 15 * SECOND  # one and a half intervals after the last look


async def test_after_a_long_gap_another_failure_is_another_outage(judge, db):
    await judge(State.DOWN)
    await judge(State.DOWN, timedelta(hours=4))
    assert [name for name, _, _ in await told(db)][2:] == ["outage.closed", "probe.failed", "outage.opened"]
    assert (await outage(db))["started_at"] == AT + timedelta(hours=4)


async def test_one_look_alone_changes_nothing(judge, db):
    await judge(State.UP)
    assert await judge(State.DOWN, 10 * SECOND, vantages=["north"]) is State.UNKNOWN
    await judge(State.DOWN, 20 * SECOND)
    assert await judge(State.UP, 30 * SECOND, vantages=["north"]) is State.UNKNOWN
    assert [name for name, _, _ in await told(db)] == ["probe.failed", "outage.opened"]


async def test_one_look_confirms_what_holds_but_not_what_ran_out(judge, db):
    await judge(State.DOWN)
    assert await judge(State.DOWN, 10 * SECOND, vantages=["north"]) is State.DOWN
    assert await judge(State.DOWN, 40 * SECOND, vantages=["north"]) is State.UNKNOWN


async def test_a_short_gap_does_not_split_an_outage(judge, db):
    await judge(State.DOWN)
    await judge(State.UNKNOWN, 10 * SECOND)
    await judge(State.DOWN, 30 * SECOND)
    assert [name for name, _, _ in await told(db)] == ["probe.failed", "outage.opened"]


async def test_an_outage_that_is_no_longer_measured_is_closed_by_the_clock(judge, db, clock):
    await judge(State.DOWN)
    clock.at = AT + 40 * SECOND
    assert await run(db, jobs.close_lost_outages) == 0
    clock.at = AT + 46 * SECOND
    assert await run(db, jobs.close_lost_outages) == 1
    assert (await told(db))[-1][0] == "outage.closed"
    assert (await outage(db))["ended_at"] == AT + 15 * SECOND
    assert await run(db, jobs.close_lost_outages) == 0


async def test_a_prober_that_lost_its_lease_has_no_say(judge, db):
    assert await judge(State.DOWN, prober="another") is None
    assert await told(db) == []


async def test_three_hundred_subscribed_merchants_are_counted(judge, react, db):
    await react(*[a_subscription(f"merchant-{number}") for number in range(300)])
    await react(a_subscription("merchant-7"))  # twice the same merchant is one merchant
    await react(a_subscription("ended", ends_at=AT - SECOND))
    await react(a_subscription("elsewhere", listing_id=new_id()))
    await react(a_subscription("terminated", status=SubscriptionStatus.TERMINATED))
    await judge(State.DOWN)
    assert (await told(db))[-1][1]["merchants_affected"] == 300


@pytest.mark.parametrize(
    ("since", "ended", "counted"),
    [(40, 29, 2), (40, 31, 0), (20, 29, 0), (None, 29, 0)],
    ids=["served out", "longer than 30 days ago", "ended before the request", "not leaving"],
)
async def test_whom_a_leaving_provider_still_serves_is_counted(judge, react, db, clock, since, ended, counted):
    for merchant, days in (("longest", ended), ("shorter", ended + 5)):
        ran = {"starts_at": AT - timedelta(days=90), "ends_at": AT - timedelta(days=days)}
        await react(a_subscription(merchant, status=SubscriptionStatus.EXPIRED, **ran))
    await judge(State.DOWN)
    leaving = {} if since is None else {"serves_out_since": AT - timedelta(days=since)}
    await react(a_standing(PROVIDER, **leaving))
    clock.at = AT + 5 * SECOND
    assert await run(db, jobs.count_merchants) == (counted > 0)
    assert await run(db, jobs.count_merchants) == 0
    assert (await told(db))[-1][1]["merchants_affected"] == counted


async def test_merchants_who_come_while_it_is_open_are_told_at_most_every_five_seconds(judge, react, db, clock):
    await react(a_subscription("first"))
    await judge(State.DOWN)
    await react(a_subscription("second"))
    clock.at = AT + 4 * SECOND
    assert await run(db, jobs.count_merchants) == 0
    clock.at = AT + 5 * SECOND
    assert await run(db, jobs.count_merchants) == 1
    assert await run(db, jobs.count_merchants) == 0
    name, state, story = (await told(db))[-1]
    assert (name, state["merchants_affected"], story) == ("outage.opened", 2, STORY)


async def test_a_merchant_who_leaves_during_the_outage_stays_counted(judge, react, db, clock):
    subscription = a_subscription("first")
    await react(subscription)
    await judge(State.DOWN)
    ended = subscription.model_dump() | {"status": SubscriptionStatus.TERMINATED, "ends_at": AT}
    await react(SubscriptionUpdated(**ended), sequence=2)
    await react(a_subscription("second"))
    clock.at = AT + 10 * SECOND
    await run(db, jobs.count_merchants)
    assert (await told(db))[-1][1]["merchants_affected"] == 2


async def test_an_officers_cause_is_told_with_the_whole_state(judge, db):
    await judge(State.DOWN)
    found = await outage(db)
    async with db.transaction(Context(actor="officer-1")) as tx:
        await measuring.set_outage_cause(
            tx, found["outage_id"], cause=OutageCause.DEFECT, evidence="report 12", reason="stack trace"
        )
    name, state, story = (await told(db))[-1]
    assert (name, state["cause"], story) == ("outage.opened", "defect", STORY)
    async with db.transaction() as tx:
        await measuring.set_outage_cause(
            tx, found["outage_id"], cause=OutageCause.DEFECT, evidence="report 12", reason="stack trace"
        )
    assert len(await told(db)) == 3
    async with db.transaction() as tx:
        row = await tx.driver.fetchrow("SELECT actor, reason FROM audit WHERE action = 'set_outage_cause'")
    assert tuple(row) == ("officer-1", "stack trace")


async def test_the_cause_of_a_closed_outage_is_told_as_closed(judge, db):
    await judge(State.DOWN)
    await judge(State.UP, 10 * SECOND)
    async with db.transaction() as tx:
        await measuring.set_outage_cause(
            tx, (await outage(db))["outage_id"], cause=OutageCause.ATTACK, evidence="log", reason="flood"
        )
    assert (await told(db))[-1][0] == "outage.closed"


async def test_no_cause_without_an_outage(tx):
    with pytest.raises(NotFound):
        await measuring.set_outage_cause(tx, new_id(), cause=OutageCause.ATTACK, evidence="log", reason="flood")


async def test_resync_tells_every_outage_in_parts(judge, db):
    await judge(State.DOWN)
    await judge(State.UP, 10 * SECOND)
    await judge(State.DOWN, 20 * SECOND)
    before = len(await told(db))
    after, parts = "", 0
    while True:
        async with db.transaction() as tx:
            after = await jobs.tell_outages(tx, after, 1)
        if not after:
            break
        parts += 1
    assert parts == 2
    assert [name for name, _, _ in (await told(db))[before:]] == ["outage.closed", "outage.opened"]


async def test_a_later_state_of_a_listing_supersedes_an_earlier_one(react, followed):
    changed = a_listing(ListingUpdated, callback_url="https://new.example/hook", lifecycle=ListingLifecycle.RETIRED)
    await react(changed, sequence=3, story="another-story")
    await react(a_listing(ListingUpdated, callback_url="https://old.example/hook"), sequence=2)
    async with followed.transaction() as tx:
        row = await tx.driver.fetchrow("SELECT url, is_retired, correlation_id FROM target")
    assert tuple(row) == ("https://new.example/hook", True, STORY)


async def test_what_is_off_the_market_is_probed_on_and_what_is_ended_only_for_those_who_have_it(react, followed):
    steps = [
        (a_listing(ListingDelisted, lifecycle=ListingLifecycle.DELISTED), False),
        (a_listing(ListingRelisted, callback_url="https://mended.example/hook", reviewed_at=AT), False),
        (a_listing(ListingRetired, lifecycle=ListingLifecycle.RETIRED), True),
    ]
    for sequence, (told_state, is_retired) in enumerate(steps, start=2):
        await react(told_state, sequence=sequence, story="another-story")
        async with followed.transaction() as tx:
            row = await tx.driver.fetchrow("SELECT url, is_retired, correlation_id FROM target")
        assert tuple(row) == (told_state.callback_url, is_retired, STORY)


async def test_in_one_batch_the_newest_state_counts(db):
    batch = [
        received(a_listing(callback_url="https://two.example/"), 2),
        received(a_listing(callback_url="https://one.example/"), 1),
    ]
    async with db.transaction() as tx:
        await replicas.follow_listings(tx, batch)
        assert await tx.driver.fetchval("SELECT url FROM target") == "https://two.example/"
