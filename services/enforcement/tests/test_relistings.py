"""A passed review of a correction ends exactly the delistings that it names and that it saw (6.5.2)."""

from typing import Any
from uuid import UUID

from services.enforcement.tests.acting import prove
from services.enforcement.tests.asking import LISTING, PROVIDER
from services.enforcement.tests.builders import NOON, hear, told
from shared.contracts.catalog import ListingDelisted, ListingLifecycle, ListingRelisted, ListingSubmitted
from shared.db.transaction import Database
from shared.ids import new_id

OWN, SERVICE = PROVIDER.provider_id, LISTING.listing_id


def a_relisting(*answers: UUID, **varies: Any) -> ListingRelisted:
    given = {"answers": answers, "restriction_sequence": 1, "reviewed_at": NOON, **varies}
    return ListingRelisted(**{**LISTING.model_dump(), "version": 2, **given})


async def punish(db: Database, act: str = "absolute-wording") -> UUID:
    _, (penalty_id,) = await prove(db, act, OWN, SERVICE)
    return penalty_id


async def held(db: Database) -> list[str]:
    words = [word for word in await told(db, "restriction.changed") if word["target"]["id"] == str(SERVICE)]
    return [cause["penalty_id"] for cause in words[-1]["causes"]] if words else []


async def test_a_relisting_ends_the_delisting_that_it_answers_once(at_noon):
    penalty_id = await punish(at_noon)
    assert await held(at_noon) == [str(penalty_id)]
    for sequence in (2, 3):
        await hear(at_noon, a_relisting(penalty_id), sequence=sequence)
    assert await held(at_noon) == []
    (said,) = await told(at_noon, "penalty.lifted")
    assert (said["penalty_id"], said["ended_by"]) == (str(penalty_id), "review")
    async with at_noon.transaction() as tx:
        decision = await tx.driver.fetchrow("SELECT decided_by, reason FROM decision WHERE kind = 'cure'")
        assert await tx.driver.fetchval("SELECT state ->> 'version' FROM listing") == "2"
    assert decision["decided_by"] == "fact:listing.relisted"
    assert "Version 2 of the listing passed its review" in decision["reason"]


async def test_what_came_after_the_submission_or_is_not_answered_stays(at_noon):
    first, later, other = await punish(at_noon), await punish(at_noon, "false-free"), await punish(at_noon, "misplaced")
    await hear(at_noon, a_relisting(first, later, other, restriction_sequence=1), sequence=2)
    assert await held(at_noon) == [str(later), str(other)], "hiding does not end by a review"
    await hear(at_noon, a_relisting(later, listing_id=new_id(), restriction_sequence=9), sequence=2)
    assert await held(at_noon) == [str(later), str(other)], "another listing's review cures nothing here"
    await hear(at_noon, a_relisting(restriction_sequence=9), sequence=3)
    assert await held(at_noon) == [str(later), str(other)]


async def test_a_relisting_that_a_later_state_has_overtaken_still_cures(at_noon):
    penalty_id = await punish(at_noon)
    gone = ListingDelisted(**{**LISTING.model_dump(), "lifecycle": ListingLifecycle.DELISTED})
    await hear(at_noon, gone, sequence=5)
    await hear(at_noon, a_relisting(penalty_id), sequence=4)
    assert await held(at_noon) == []
    async with at_noon.transaction() as tx:
        assert await tx.driver.fetchval("SELECT state ->> 'lifecycle' FROM listing") == "delisted"


async def test_the_story_of_a_penalty_tells_that_a_correction_waits(at_noon):
    penalty_id = await punish(at_noon)
    waits = ListingSubmitted(
        listing_id=SERVICE, provider_id=OWN, version=2, submitted_at=NOON, answers=(penalty_id, new_id()),
        restriction_sequence=1,
    )  # fmt: skip
    await hear(at_noon, waits, sequence=2, correlation_id="the-listing")
    async with at_noon.transaction() as tx:
        [record] = await tx.driver.fetch("SELECT target, new FROM audit WHERE action = 'submit_correction'")
    assert record["target"] == f"penalty:{penalty_id}"
    assert await held(at_noon) == [str(penalty_id)]
