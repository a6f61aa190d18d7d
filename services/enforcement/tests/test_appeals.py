"""Appeals on a real database: what an overturned one takes back, and what is refused."""

from datetime import timedelta

import pytest

from services.enforcement.domain.appeal import Outcome
from services.enforcement.domain.errors import NotAppealable, SameOfficer
from services.enforcement.tests.acting import appeal, confirm, decide, propose
from services.enforcement.tests.asking import LISTING, PROVIDER
from services.enforcement.tests.builders import a_provider, hear, told
from services.enforcement.use_cases.appeals import file_appeal
from services.enforcement.use_cases.penalties import lift_penalty
from shared.errors import NotFound


async def test_an_overturned_appeal_takes_back_exactly_its_penalties(at_noon):
    _, (kept,) = await confirm(at_noon, *await propose(at_noon))
    violation_id, penalties = await confirm(at_noon, *await propose(at_noon))
    await decide(at_noon, await appeal(at_noon, violation_id), Outcome.OVERTURN)
    assert {said["penalty_id"] for said in await told(at_noon, "penalty.lifted")} == {str(item) for item in penalties}
    last = {word["target_key"]: word["causes"] for word in await told(at_noon, "restriction.changed")}
    assert [cause["penalty_id"] for cause in last[f"listing:{LISTING.listing_id}"]] == [str(kept)]
    assert last[f"provider:{PROVIDER.provider_id}"] == []
    (said,) = await told(at_noon, "violation.overturned")
    assert said["violation_id"] == str(violation_id)


async def test_an_overturned_violation_does_not_count_as_an_earlier_one(at_noon):
    violation_id, _ = await confirm(at_noon, *await propose(at_noon))
    await decide(at_noon, await appeal(at_noon, violation_id), Outcome.OVERTURN)
    await confirm(at_noon, *await propose(at_noon))
    assert [said["measure"] for said in await told(at_noon, "penalty.applied")] == ["freeze", "freeze"]


async def test_an_overturned_appeal_takes_back_only_what_was_not_lifted_before(at_noon):
    violation_id, (penalty_id,) = await confirm(at_noon, *await propose(at_noon))
    async with at_noon.transaction() as tx:
        await lift_penalty(tx, penalty_id, 1, "bela", "corrected")
    await decide(at_noon, await appeal(at_noon, violation_id), Outcome.OVERTURN)
    assert len(await told(at_noon, "penalty.lifted")) == 1
    assert len(await told(at_noon, "violation.overturned")) == 1


async def test_an_upheld_appeal_changes_nothing_that_is_in_force(at_noon):
    violation_id, _ = await confirm(at_noon, *await propose(at_noon))
    await decide(at_noon, await appeal(at_noon, violation_id), Outcome.UPHOLD)
    assert await told(at_noon, "penalty.lifted") == []
    assert len(await told(at_noon, "restriction.changed")) == 1
    (said,) = await told(at_noon, "appeal.decided")
    assert said["outcome"] == "uphold"


async def test_the_officer_who_confirmed_cannot_decide_the_appeal(at_noon):
    violation_id, _ = await confirm(at_noon, *await propose(at_noon), officer="anna")
    appeal_id = await appeal(at_noon, violation_id)
    with pytest.raises(SameOfficer):
        await decide(at_noon, appeal_id, Outcome.UPHOLD, officer="anna")


async def test_there_is_no_appeal_of_an_appeal(at_noon):
    violation_id, _ = await confirm(at_noon, *await propose(at_noon))
    await decide(at_noon, await appeal(at_noon, violation_id), Outcome.UPHOLD)
    with pytest.raises(NotAppealable, match="final"):
        await appeal(at_noon, violation_id)


async def test_an_appeal_after_the_window_is_refused(at_noon, clock):
    violation_id, _ = await confirm(at_noon, *await propose(at_noon))
    clock.advance(timedelta(days=180))
    with pytest.raises(NotAppealable, match="over"):
        await appeal(at_noon, violation_id)


async def test_another_account_s_violation_does_not_exist_for_it(at_noon):
    violation_id, _ = await confirm(at_noon, *await propose(at_noon))
    await hear(at_noon, a_provider(account_id="other"))
    with pytest.raises(NotFound):
        async with at_noon.transaction() as tx:
            await file_appeal(tx, violation_id, "other", "It was not us")
