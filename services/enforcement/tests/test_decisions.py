"""Confirming, dismissing and lifting on a real database: what is written, told and refused."""

import asyncio
from datetime import timedelta

import pytest

from services.enforcement.domain.errors import ActNotProven, CauseContradicted
from services.enforcement.tests.acting import confirm, propose
from services.enforcement.tests.asking import LISTING, PROVIDER
from services.enforcement.tests.builders import NOON, an_outage, hear, the_case, told
from services.enforcement.use_cases.cases import dismiss_case
from services.enforcement.use_cases.penalties import lift_penalty
from services.enforcement.use_cases.restrictions import retell_restrictions
from shared.contracts.monitoring import OutageCause, OutageOpened
from shared.errors import Refusal, StaleVersion


async def test_a_confirmed_violation_freezes_the_listing_and_says_so(at_noon):
    violation_id, (penalty_id,) = await confirm(at_noon, *await propose(at_noon))
    (said,) = await told(at_noon, "violation.confirmed")
    assert (said["violation_id"], said["clause"], said["rulebook"]) == (
        str(violation_id),
        "6.3.2(4)",
        "kuaishou 2020-02-12",
    )
    (applied,) = await told(at_noon, "penalty.applied")
    assert (applied["penalty_id"], applied["measure"]) == (str(penalty_id), "freeze")
    (restriction,) = await told(at_noon, "restriction.changed")
    assert restriction["target_key"] == f"listing:{LISTING.listing_id}"
    (cause,) = restriction["causes"]
    assert (cause["clause"], cause["measure_clause"]) == ("6.3.2(4)", "6.5.4")
    assert set(cause["effects"]) == {"list", "order", "renew"}
    assert (cause["from"], cause["until"]) == ("2026-03-02T12:00:00Z", "2026-04-01T12:00:00Z")
    assert cause["decision_id"] == said["decision_id"]


async def test_the_whole_decision_is_read_under_the_story_of_the_outage(at_noon):
    await confirm(at_noon, *await propose(at_noon))
    async with at_noon.transaction() as tx:
        facts = await tx.driver.fetch("SELECT DISTINCT correlation_id FROM outbox WHERE type <> 'rulebook.published'")
        records = await tx.driver.fetch("SELECT correlation_id FROM audit WHERE action = 'confirm_violation'")
    assert [row["correlation_id"] for row in facts] == ["story"]
    assert [row["correlation_id"] for row in records] == ["story"]


async def test_a_decision_keeps_facts_trace_evidence_and_the_rulebook_s_hash(at_noon):
    await confirm(at_noon, *await propose(at_noon))
    async with at_noon.transaction() as tx:
        row = await tx.driver.fetchrow("SELECT d.*, r.content_hash FROM decision d JOIN rulebook r USING (rulebook)")
    assert (row["kind"], row["decided_by"], row["cause"]) == ("confirmation", "anna", "defect")
    assert (row["evidence"], row["reason"]) == ("stack trace", "reproduced")
    assert row["rulebook_hash"] == row["content_hash"]
    assert row["facts"]["cause"] == "defect"
    assert row["trace"]["verdict"] == "match"


@pytest.mark.parametrize("cause", [None, OutageCause.UNKNOWN])
async def test_without_a_recorded_cause_nothing_is_confirmed(at_noon, cause):
    case_id, version = await propose(at_noon)
    with pytest.raises(ActNotProven, match="do not suffice") as refused:
        await confirm(at_noon, case_id, version, cause=cause)
    assert refused.value.facts["missing"] == ["cause"]
    assert await told(at_noon, "violation.confirmed") == []
    assert await told(at_noon, "restriction.changed") == []


@pytest.mark.parametrize("cause", [OutageCause.ATTACK, OutageCause.MAINTENANCE, OutageCause.FAILURE])
async def test_another_cause_does_not_prove_the_act(at_noon, cause):
    case_id, version = await propose(at_noon)
    with pytest.raises(ActNotProven, match="do not fulfil"):
        await confirm(at_noon, case_id, version, cause=cause)


async def test_the_cause_that_monitoring_recorded_is_enough(at_noon):
    case_id, version = await propose(at_noon, cause=OutageCause.FAILED_PERFORMANCE_TEST)
    violation_id, _ = await confirm(at_noon, case_id, version, cause=None)
    assert violation_id


async def test_a_cause_that_contradicts_monitoring_is_refused(at_noon):
    case_id, version = await propose(at_noon, cause=OutageCause.DEFECT)
    with pytest.raises(CauseContradicted, match="defect"):
        await confirm(at_noon, case_id, version, cause=OutageCause.ATTACK)


async def test_facts_count_as_they_stand_when_the_officer_decides(at_noon):
    outage = an_outage(listing_id=LISTING.listing_id, provider_id=PROVIDER.provider_id)
    await hear(at_noon, outage)
    await hear(at_noon, OutageOpened(**{**outage.model_dump(), "merchants_affected": 10}), sequence=2)
    with pytest.raises(ActNotProven):
        await confirm(at_noon, *await the_case(at_noon, LISTING.listing_id))


async def test_of_two_officers_at_once_one_wins(at_noon):
    case_id, version = await propose(at_noon)

    async def attempt(officer: str) -> Refusal | None:
        try:
            await confirm(at_noon, case_id, version, officer=officer)
        except Refusal as refusal:
            return refusal
        return None

    results = await asyncio.gather(*(attempt(officer) for officer in ("anna", "bela", "cora")))
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "StaleVersion", "StaleVersion"]
    assert len(await told(at_noon, "violation.confirmed")) == 1
    assert len(await told(at_noon, "restriction.changed")) == 1


async def test_a_confirmation_and_a_dismissal_at_once_leave_one_decision(at_noon):
    case_id, version = await propose(at_noon)

    async def dismiss() -> None:
        async with at_noon.transaction() as tx:
            await dismiss_case(tx, case_id, version, "bela", "no")

    results = await asyncio.gather(confirm(at_noon, case_id, version), dismiss(), return_exceptions=True)
    assert sum(isinstance(result, StaleVersion) for result in results) == 1
    async with at_noon.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM decision") == 1


async def test_decisions_about_one_target_at_once_all_stay_in_the_last_word(at_noon):
    cases = [await propose(at_noon) for _ in range(4)]
    await asyncio.gather(*(confirm(at_noon, *case) for case in cases))
    words = [word for word in await told(at_noon, "restriction.changed") if word["target_key"].startswith("listing:")]
    assert [len(word["causes"]) for word in words] == [1, 2, 3, 4]


async def test_earlier_violations_of_the_same_act_raise_the_step(at_noon):
    for _ in range(3):
        await confirm(at_noon, *await propose(at_noon))
    measures = [said["measure"] for said in await told(at_noon, "penalty.applied")]
    assert measures == ["freeze", "freeze", "publish_freeze", "clear"]


async def test_a_year_later_the_ladder_starts_again(at_noon, clock):
    await confirm(at_noon, *await propose(at_noon))
    clock.advance(timedelta(days=365))
    await confirm(at_noon, *await propose(at_noon, started_at=NOON + timedelta(days=365)))
    clock.advance(timedelta(seconds=1))
    await confirm(at_noon, *await propose(at_noon, started_at=NOON + timedelta(days=730, seconds=1)))
    async with at_noon.transaction() as tx:
        rows = await tx.driver.fetch("SELECT earlier FROM violation ORDER BY violation_id")
    assert [row["earlier"] for row in rows] == [0, 1, 0]


async def test_a_dismissed_case_holds_nothing_against_the_provider(at_noon):
    case_id, version = await propose(at_noon)
    async with at_noon.transaction() as tx:
        await dismiss_case(tx, case_id, version, "anna", "a false alarm")
    assert await told(at_noon, "violation.confirmed") == []
    async with at_noon.transaction() as tx:
        assert await tx.driver.fetchval("SELECT status FROM case_file") == "dismissed"
        assert await tx.driver.fetchval("SELECT reason FROM audit WHERE action = 'dismiss_case'") == "a false alarm"


async def test_lifting_one_penalty_leaves_the_other_on_the_target(at_noon):
    _, (first,) = await confirm(at_noon, *await propose(at_noon))
    _, (second, _) = await confirm(at_noon, *await propose(at_noon))
    async with at_noon.transaction() as tx:
        await lift_penalty(tx, first, 1, "bela", "corrected")
    last = (await told(at_noon, "restriction.changed"))[-1]
    assert [cause["penalty_id"] for cause in last["causes"]] == [str(second)]
    (said,) = await told(at_noon, "penalty.lifted")
    assert said["penalty_id"] == str(first)


async def test_a_restriction_on_a_target_never_heard_of_is_kept_and_told(at_noon):
    outage = an_outage()
    await hear(at_noon, outage)
    await confirm(at_noon, *await the_case(at_noon, outage.listing_id))
    (restriction,) = await told(at_noon, "restriction.changed")
    assert restriction["target_key"] == f"listing:{outage.listing_id}"


async def test_every_target_is_told_again_page_by_page(at_noon, clock):
    for _ in range(3):
        await hear(at_noon, outage := an_outage())
        await confirm(at_noon, *await the_case(at_noon, outage.listing_id))
    before = await told(at_noon, "restriction.changed")
    after, pages = "", 0
    clock.advance(timedelta(days=30))
    while pages == 0 or after:
        async with at_noon.transaction() as tx:
            after = await retell_restrictions(tx, after, 2)
        pages += 1
    again = (await told(at_noon, "restriction.changed"))[len(before) :]
    assert pages == 2
    assert [word["target_key"] for word in again] == sorted(word["target_key"] for word in before)
    assert [word["causes"] for word in again] == [[], [], []], "what has lapsed meanwhile is told no more"
