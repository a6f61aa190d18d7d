"""From a measured outage to a proposed case: thresholds, timers, duplicates, the rulebook of the time."""

from datetime import UTC, datetime, timedelta

import pytest

from services.enforcement.reactions import outage_opened
from services.enforcement.tests.builders import NOON, a_listing, an_outage, closed, hear, publish, received, the_case
from services.enforcement.use_cases.outages import judge_due_outages
from shared.clock import SettableClock
from shared.contracts.monitoring import OutageCause, OutageOpened
from shared.db.transaction import Database

THREE_HOURS = timedelta(hours=3)
AN_INSTANT = timedelta(microseconds=1)


@pytest.fixture
async def market(db: Database, clock: SettableClock) -> Database:
    clock.at = NOON
    await publish(db)
    return db


async def count_cases(db: Database) -> int:
    async with db.transaction() as tx:
        return int(await tx.driver.fetchval("SELECT count(*) FROM case_file"))


async def look_again(db: Database) -> int:
    async with db.transaction() as tx:
        return await judge_due_outages(tx)


@pytest.mark.parametrize(("merchants", "cases"), [(299, 0), (300, 1), (301, 1)])
async def test_300_merchants_without_a_known_cause_propose_a_case(market, merchants, cases):
    await hear(market, an_outage(merchants_affected=merchants))
    assert await count_cases(market) == cases


async def test_a_proposed_case_carries_facts_trace_rulebook_and_story(market):
    outage = an_outage()
    await hear(market, outage, correlation_id="the-story")
    async with market.transaction() as tx:
        case = await tx.driver.fetchrow("SELECT * FROM case_file")
        audit = await tx.driver.fetchrow("SELECT * FROM audit WHERE action = 'propose_case'")
    assert (case["status"], case["act"], case["clause"]) == ("proposed", "defective-application", "6.3.2(4)")
    assert (case["rulebook"], case["rulebook_version"]) == ("kuaishou", "2020-02-12")
    assert (case["origin_id"], case["happened_at"]) == (outage.outage_id, outage.started_at)
    assert case["facts"] == {
        "listing_kind": "application",
        "cause": None,
        "merchants_affected": 300,
        "open_for": "0s",
    }
    assert case["trace"]["verdict"] == "insufficient-data"
    assert case["correlation_id"] == audit["correlation_id"] == "the-story"


async def test_a_service_that_is_no_application_proposes_nothing(market):
    await hear(market, an_outage(listing_kind="service"))
    assert await count_cases(market) == 0


async def test_an_attack_proposes_nothing_under_this_clause(market):
    await hear(market, an_outage(cause=OutageCause.ATTACK))
    assert await count_cases(market) == 0


async def test_an_outage_that_stays_open_is_noticed_when_three_hours_are_over(market, clock):
    await hear(market, an_outage(merchants_affected=1), correlation_id="the-story")
    clock.at = NOON + THREE_HOURS - AN_INSTANT
    assert await look_again(market) == 0
    clock.at = NOON + THREE_HOURS
    assert await look_again(market) == 1
    assert await count_cases(market) == 1
    assert await look_again(market) == 0
    async with market.transaction() as tx:
        assert await tx.driver.fetchval("SELECT correlation_id FROM case_file") == "the-story"
        assert await tx.driver.fetchval("SELECT correlation_id FROM audit WHERE action = 'propose_case'") == "the-story"


@pytest.mark.parametrize(("lasted", "cases"), [(THREE_HOURS - AN_INSTANT, 0), (THREE_HOURS, 1)])
async def test_a_closed_outage_is_judged_by_its_whole_length(market, clock, lasted, cases):
    outage = an_outage(merchants_affected=1)
    await hear(market, outage)
    clock.at = NOON + timedelta(days=1)
    await hear(market, closed(outage, NOON + lasted), sequence=2)
    assert await count_cases(market) == cases
    assert await look_again(market) == 0


async def test_more_merchants_affected_later_propose_the_case_then(market):
    outage = an_outage(merchants_affected=299)
    await hear(market, outage)
    await hear(market, OutageOpened(**{**outage.model_dump(), "merchants_affected": 300}), sequence=2)
    assert await count_cases(market) == 1


async def test_the_same_outage_told_again_opens_no_second_case(market, clock):
    outage = an_outage()
    await hear(market, outage)
    await hear(market, outage, sequence=2)
    await hear(market, closed(outage, NOON + THREE_HOURS), sequence=3)
    clock.at = NOON + THREE_HOURS
    await look_again(market)
    assert await count_cases(market) == 1


async def test_an_older_state_that_comes_late_changes_nothing(market):
    outage = an_outage(merchants_affected=1)
    await hear(market, closed(outage, NOON + timedelta(minutes=5)), sequence=2)
    await hear(market, outage, sequence=1)
    async with market.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM timer") == 0


async def test_two_outages_told_in_one_batch_keep_their_own_stories(market):
    async with market.transaction() as tx:
        await outage_opened.judge_outage(
            tx, [received(an_outage(), correlation_id="first"), received(an_outage(), correlation_id="second")]
        )
    async with market.transaction() as tx:
        rows = await tx.driver.fetch("SELECT correlation_id FROM audit WHERE action = 'propose_case' ORDER BY position")
    assert [row["correlation_id"] for row in rows] == ["first", "second"]


async def test_an_outage_before_the_rulebook_came_into_force_is_no_act(market):
    just_before = datetime(2020, 2, 11, 16, tzinfo=UTC) - AN_INSTANT
    await hear(market, an_outage(started_at=just_before))
    assert await count_cases(market) == 0
    await hear(market, an_outage(started_at=just_before + AN_INSTANT))
    assert await count_cases(market) == 1


async def test_an_outage_of_a_listing_never_heard_of_is_judged_all_the_same(market):
    outage = an_outage()
    await hear(market, outage)
    await hear(market, a_listing(listing_id=outage.listing_id, provider_id=outage.provider_id))
    case_id, version = await the_case(market, outage.listing_id)
    assert case_id
    assert version == 1
