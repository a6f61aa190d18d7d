"""Confirming, dismissing, lifting and appealing on a real database: what is written, told and refused."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.enforcement.domain.appeal import Outcome
from services.enforcement.domain.errors import ActNotProven, CauseContradicted, NotAppealable, SameOfficer
from services.enforcement.tests.builders import (
    NOON,
    a_listing,
    a_provider,
    an_outage,
    hear,
    publish,
    the_case,
    told,
)
from services.enforcement.use_cases.appeals import decide_appeal, file_appeal
from services.enforcement.use_cases.cases import Grounds, confirm_violation, dismiss_case
from services.enforcement.use_cases.penalties import lift_penalty
from services.enforcement.use_cases.restrictions import retell_restrictions
from shared.clock import SettableClock
from shared.contracts.monitoring import OutageCause, OutageOpened
from shared.db.transaction import Database
from shared.errors import NotFound, Refusal, StaleVersion

PROVIDER = a_provider(account_id="acme")
LISTING = a_listing(provider_id=PROVIDER.provider_id)


@pytest.fixture
async def market(db: Database, clock: SettableClock) -> Database:
    clock.at = NOON
    await publish(db)
    await hear(db, PROVIDER)
    await hear(db, LISTING)
    return db


def grounds(officer: str = "anna", cause: OutageCause | None = OutageCause.DEFECT) -> Grounds:
    return Grounds(officer, cause, "stack trace", "reproduced")


async def propose(db: Database, **varies: Any) -> tuple[UUID, int]:
    given = {"listing_id": LISTING.listing_id, "provider_id": PROVIDER.provider_id, **varies}
    outage = an_outage(**given)
    await hear(db, outage)
    async with db.transaction() as tx:
        case_id = await tx.driver.fetchval("SELECT case_id FROM case_file WHERE origin_id = $1", outage.outage_id)
    return case_id, 1


async def confirm(db: Database, case_id: UUID, version: int = 1, **varies: Any) -> tuple[UUID, list[UUID]]:
    async with db.transaction() as tx:
        violation, penalties = await confirm_violation(tx, case_id, version, grounds(**varies))
        return violation.violation_id, [penalty.penalty_id for penalty in penalties]


async def appeal(db: Database, violation_id: UUID) -> UUID:
    async with db.transaction() as tx:
        return (await file_appeal(tx, violation_id, "acme", "It was not us")).appeal_id


async def decide(db: Database, appeal_id: UUID, outcome: Outcome, officer: str = "bela") -> None:
    async with db.transaction() as tx:
        await decide_appeal(tx, appeal_id, 1, officer, outcome, "because")


async def test_a_confirmed_violation_freezes_the_listing_and_says_so(market):
    violation_id, (penalty_id,) = await confirm(market, *await propose(market))
    (said,) = await told(market, "violation.confirmed")
    assert (said["violation_id"], said["clause"], said["rulebook"]) == (
        str(violation_id),
        "6.3.2(4)",
        "kuaishou 2020-02-12",
    )
    (applied,) = await told(market, "penalty.applied")
    assert (applied["penalty_id"], applied["measure"]) == (str(penalty_id), "freeze")
    (restriction,) = await told(market, "restriction.changed")
    assert restriction["target_key"] == f"listing:{LISTING.listing_id}"
    (cause,) = restriction["causes"]
    assert (cause["clause"], cause["measure_clause"]) == ("6.3.2(4)", "6.5.4")
    assert set(cause["effects"]) == {"list", "order", "renew"}
    assert (cause["from"], cause["until"]) == ("2026-03-02T12:00:00Z", "2026-04-01T12:00:00Z")
    assert cause["decision_id"] == said["decision_id"]


async def test_the_whole_decision_is_read_under_the_story_of_the_outage(market):
    await confirm(market, *await propose(market))
    async with market.transaction() as tx:
        facts = await tx.driver.fetch("SELECT DISTINCT correlation_id FROM outbox WHERE type <> 'rulebook.published'")
        records = await tx.driver.fetch("SELECT correlation_id FROM audit WHERE action = 'confirm_violation'")
    assert [row["correlation_id"] for row in facts] == ["story"]
    assert [row["correlation_id"] for row in records] == ["story"]


async def test_a_decision_keeps_facts_trace_evidence_and_the_rulebook_s_hash(market):
    await confirm(market, *await propose(market))
    async with market.transaction() as tx:
        row = await tx.driver.fetchrow("SELECT d.*, r.content_hash FROM decision d JOIN rulebook r USING (rulebook)")
    assert (row["kind"], row["decided_by"], row["cause"]) == ("confirmation", "anna", "defect")
    assert (row["evidence"], row["reason"]) == ("stack trace", "reproduced")
    assert row["rulebook_hash"] == row["content_hash"]
    assert row["facts"]["cause"] == "defect"
    assert row["trace"]["verdict"] == "match"


@pytest.mark.parametrize("cause", [None, OutageCause.UNKNOWN])
async def test_without_a_recorded_cause_nothing_is_confirmed(market, cause):
    case_id, version = await propose(market)
    with pytest.raises(ActNotProven, match="do not suffice") as refused:
        await confirm(market, case_id, version, cause=cause)
    assert refused.value.facts["missing"] == ["cause"]
    assert await told(market, "violation.confirmed") == []
    assert await told(market, "restriction.changed") == []


@pytest.mark.parametrize("cause", [OutageCause.ATTACK, OutageCause.MAINTENANCE, OutageCause.FAILURE])
async def test_another_cause_does_not_prove_the_act(market, cause):
    case_id, version = await propose(market)
    with pytest.raises(ActNotProven, match="do not fulfil"):
        await confirm(market, case_id, version, cause=cause)


async def test_the_cause_that_monitoring_recorded_is_enough(market):
    case_id, version = await propose(market, cause=OutageCause.FAILED_PERFORMANCE_TEST)
    violation_id, _ = await confirm(market, case_id, version, cause=None)
    assert violation_id


async def test_a_cause_that_contradicts_monitoring_is_refused(market):
    case_id, version = await propose(market, cause=OutageCause.DEFECT)
    with pytest.raises(CauseContradicted, match="defect"):
        await confirm(market, case_id, version, cause=OutageCause.ATTACK)


async def test_facts_count_as_they_stand_when_the_officer_decides(market):
    outage = an_outage(listing_id=LISTING.listing_id, provider_id=PROVIDER.provider_id)
    await hear(market, outage)
    await hear(market, OutageOpened(**{**outage.model_dump(), "merchants_affected": 10}), sequence=2)
    with pytest.raises(ActNotProven):
        await confirm(market, *await the_case(market, LISTING.listing_id))


async def test_of_two_officers_at_once_one_wins(market):
    case_id, version = await propose(market)

    async def attempt(officer: str) -> Refusal | None:
        try:
            await confirm(market, case_id, version, officer=officer)
        except Refusal as refusal:
            return refusal
        return None

    results = await asyncio.gather(*(attempt(officer) for officer in ("anna", "bela", "cora")))
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "StaleVersion", "StaleVersion"]
    assert len(await told(market, "violation.confirmed")) == 1
    assert len(await told(market, "restriction.changed")) == 1


async def test_a_confirmation_and_a_dismissal_at_once_leave_one_decision(market):
    case_id, version = await propose(market)

    async def dismiss() -> None:
        async with market.transaction() as tx:
            await dismiss_case(tx, case_id, version, "bela", "no")

    results = await asyncio.gather(confirm(market, case_id, version), dismiss(), return_exceptions=True)
    assert sum(isinstance(result, StaleVersion) for result in results) == 1
    async with market.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM decision") == 1


async def test_decisions_about_one_target_at_once_all_stay_in_the_last_word(market):
    cases = [await propose(market) for _ in range(4)]
    await asyncio.gather(*(confirm(market, *case) for case in cases))
    words = [word for word in await told(market, "restriction.changed") if word["target_key"].startswith("listing:")]
    assert [len(word["causes"]) for word in words] == [1, 2, 3, 4]


async def test_earlier_violations_of_the_same_act_raise_the_step(market):
    for _ in range(3):
        await confirm(market, *await propose(market))
    measures = [said["measure"] for said in await told(market, "penalty.applied")]
    assert measures == ["freeze", "freeze", "publish_freeze", "clear"]


async def test_a_year_later_the_ladder_starts_again(market, clock):
    await confirm(market, *await propose(market))
    clock.advance(timedelta(days=365))
    await confirm(market, *await propose(market, started_at=NOON + timedelta(days=365)))
    clock.advance(timedelta(seconds=1))
    await confirm(market, *await propose(market, started_at=NOON + timedelta(days=730, seconds=1)))
    async with market.transaction() as tx:
        rows = await tx.driver.fetch("SELECT earlier FROM violation ORDER BY violation_id")
    assert [row["earlier"] for row in rows] == [0, 1, 0]


async def test_a_dismissed_case_holds_nothing_against_the_provider(market):
    case_id, version = await propose(market)
    async with market.transaction() as tx:
        await dismiss_case(tx, case_id, version, "anna", "a false alarm")
    assert await told(market, "violation.confirmed") == []
    async with market.transaction() as tx:
        assert await tx.driver.fetchval("SELECT status FROM case_file") == "dismissed"
        assert await tx.driver.fetchval("SELECT reason FROM audit WHERE action = 'dismiss_case'") == "a false alarm"


async def test_lifting_one_penalty_leaves_the_other_on_the_target(market):
    _, (first,) = await confirm(market, *await propose(market))
    _, (second, _) = await confirm(market, *await propose(market))
    async with market.transaction() as tx:
        await lift_penalty(tx, first, 1, "bela", "corrected")
    last = (await told(market, "restriction.changed"))[-1]
    assert [cause["penalty_id"] for cause in last["causes"]] == [str(second)]
    (said,) = await told(market, "penalty.lifted")
    assert said["penalty_id"] == str(first)


async def test_an_overturned_appeal_takes_back_exactly_its_penalties(market):
    _, (kept,) = await confirm(market, *await propose(market))
    violation_id, penalties = await confirm(market, *await propose(market))
    await decide(market, await appeal(market, violation_id), Outcome.OVERTURN)
    assert {said["penalty_id"] for said in await told(market, "penalty.lifted")} == {str(item) for item in penalties}
    last = {word["target_key"]: word["causes"] for word in await told(market, "restriction.changed")}
    assert [cause["penalty_id"] for cause in last[f"listing:{LISTING.listing_id}"]] == [str(kept)]
    assert last[f"provider:{PROVIDER.provider_id}"] == []
    (said,) = await told(market, "violation.overturned")
    assert said["violation_id"] == str(violation_id)


async def test_an_overturned_violation_does_not_count_as_an_earlier_one(market):
    violation_id, _ = await confirm(market, *await propose(market))
    await decide(market, await appeal(market, violation_id), Outcome.OVERTURN)
    await confirm(market, *await propose(market))
    assert [said["measure"] for said in await told(market, "penalty.applied")] == ["freeze", "freeze"]


async def test_an_overturned_appeal_takes_back_only_what_was_not_lifted_before(market):
    violation_id, (penalty_id,) = await confirm(market, *await propose(market))
    async with market.transaction() as tx:
        await lift_penalty(tx, penalty_id, 1, "bela", "corrected")
    await decide(market, await appeal(market, violation_id), Outcome.OVERTURN)
    assert len(await told(market, "penalty.lifted")) == 1
    assert len(await told(market, "violation.overturned")) == 1


async def test_an_upheld_appeal_changes_nothing_that_is_in_force(market):
    violation_id, _ = await confirm(market, *await propose(market))
    await decide(market, await appeal(market, violation_id), Outcome.UPHOLD)
    assert await told(market, "penalty.lifted") == []
    assert len(await told(market, "restriction.changed")) == 1
    (said,) = await told(market, "appeal.decided")
    assert said["outcome"] == "uphold"


async def test_the_officer_who_confirmed_cannot_decide_the_appeal(market):
    violation_id, _ = await confirm(market, *await propose(market), officer="anna")
    appeal_id = await appeal(market, violation_id)
    with pytest.raises(SameOfficer):
        await decide(market, appeal_id, Outcome.UPHOLD, officer="anna")


async def test_there_is_no_appeal_of_an_appeal(market):
    violation_id, _ = await confirm(market, *await propose(market))
    await decide(market, await appeal(market, violation_id), Outcome.UPHOLD)
    with pytest.raises(NotAppealable, match="final"):
        await appeal(market, violation_id)


async def test_an_appeal_after_the_window_is_refused(market, clock):
    violation_id, _ = await confirm(market, *await propose(market))
    clock.advance(timedelta(days=180))
    with pytest.raises(NotAppealable, match="over"):
        await appeal(market, violation_id)


async def test_another_account_s_violation_does_not_exist_for_it(market):
    violation_id, _ = await confirm(market, *await propose(market))
    await hear(market, a_provider(account_id="other"))
    with pytest.raises(NotFound):
        async with market.transaction() as tx:
            await file_appeal(tx, violation_id, "other", "It was not us")


async def test_a_restriction_on_a_target_never_heard_of_is_kept_and_told(market):
    outage = an_outage()
    await hear(market, outage)
    await confirm(market, *await the_case(market, outage.listing_id))
    (restriction,) = await told(market, "restriction.changed")
    assert restriction["target_key"] == f"listing:{outage.listing_id}"


async def test_every_target_is_told_again_page_by_page(market, clock):
    for _ in range(3):
        await hear(market, outage := an_outage())
        await confirm(market, *await the_case(market, outage.listing_id))
    before = await told(market, "restriction.changed")
    after, pages = "", 0
    clock.advance(timedelta(days=30))
    while pages == 0 or after:
        async with market.transaction() as tx:
            after = await retell_restrictions(tx, after, 2)
        pages += 1
    again = (await told(market, "restriction.changed"))[len(before) :]
    assert pages == 2
    assert [word["target_key"] for word in again] == sorted(word["target_key"] for word in before)
    assert [word["causes"] for word in again] == [[], [], []], "what has lapsed meanwhile is told no more"
