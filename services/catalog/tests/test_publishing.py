"""Who may bring a version to the market, and what keeps it away."""

from datetime import timedelta

import pytest

from services.catalog import store
from services.catalog.domain.errors import (
    AccountBlocked,
    PublishBlocked,
)
from services.catalog.domain.listing import VersionState
from services.catalog.tests.builders import (
    a_cause,
    a_content,
    a_draft,
    a_live,
    a_market,
    a_seller,
    a_submitted,
    an_applicant,
    approve,
    qualified_for,
    restrict,
    tell_standing,
    told,
)
from services.catalog.use_cases import listings
from shared.contracts.effects import Effect, Target


async def submit(db, listing):
    async with db.transaction() as tx:
        return (await listings.submit_listing(tx, listing.listing_id, listing.account_id))[1]


async def test_an_applicant_may_write_but_not_submit(db):
    await a_market(db, an_applicant())
    listing = await a_draft(db)
    with pytest.raises(PublishBlocked) as refused:
        await submit(db, listing)
    assert refused.value.facts["causes"][0]["clause"] == "3.1"


async def test_a_category_that_asks_for_a_qualification_is_closed_without_one(db):
    [seller] = await a_market(db)
    listing = await a_draft(db, content=a_content(category="erp"))
    with pytest.raises(PublishBlocked) as refused:
        await submit(db, listing)
    assert refused.value.facts["clause"] == "3.2"
    await tell_standing(db, a_seller(seller.provider_id, **qualified_for("erp")), sequence=2)
    assert (await submit(db, listing)).state is VersionState.SUBMITTED


async def test_a_publish_freeze_stops_submission_until_it_ends(db, clock):
    [seller] = await a_market(db)
    listing = await a_draft(db)
    cause = a_cause(Effect.PUBLISH, from_=clock.at, until=clock.at + timedelta(days=7), clause="6.1.3(6)")
    await restrict(db, Target(kind="provider", id=seller.provider_id), cause)
    with pytest.raises(PublishBlocked) as refused:
        await submit(db, listing)
    told_cause = refused.value.facts["causes"][0]
    assert (told_cause["clause"], told_cause["decision_id"]) == ("6.1.3(6)", str(cause.decision_id))
    clock.advance(timedelta(days=7))
    assert (await submit(db, listing)).state is VersionState.SUBMITTED


async def test_a_freeze_of_one_category_leaves_the_others_open(db, clock):
    [seller] = await a_market(db)
    target = Target(kind="provider_category", id=seller.provider_id, category="design")
    await restrict(db, target, a_cause(Effect.PUBLISH, from_=clock.at))
    await a_submitted(db)
    with pytest.raises(PublishBlocked):
        await a_submitted(db, content=a_content(category="design"))


async def test_a_correction_that_a_penalty_asks_for_may_be_submitted_but_not_go_live_under_a_freeze(db, clock):
    [seller] = await a_market(db)
    listing = await a_live(db)
    async with db.transaction() as tx:
        await listings.write_draft(
            tx, listing.listing_id, "shop", listing.version, listing.kind, a_content(name="改名")
        )
    await restrict(db, Target(kind="provider", id=seller.provider_id), a_cause(Effect.PUBLISH, from_=clock.at))
    with pytest.raises(PublishBlocked):
        await submit(db, listing)
    await restrict(db, Target(kind="listing", id=listing.listing_id), a_cause(Effect.LIST, from_=clock.at))
    assert (await submit(db, listing)).state is VersionState.SUBMITTED
    async with db.transaction() as tx:
        current = await store.lock_listing(tx, listing.listing_id)
    with pytest.raises(PublishBlocked):
        await approve(db, current)


async def test_a_limited_account_writes_nothing_new(db, clock):
    [seller] = await a_market(db)
    await restrict(db, Target(kind="provider", id=seller.provider_id), a_cause(Effect.ACCOUNT, from_=clock.at))
    with pytest.raises(AccountBlocked):
        await a_draft(db)


async def test_approval_is_refused_when_the_provider_lost_its_standing_meanwhile(db):
    [seller] = await a_market(db)
    listing = await a_submitted(db)
    await tell_standing(db, an_applicant(provider_id=seller.provider_id), sequence=2)
    with pytest.raises(PublishBlocked):
        await approve(db, listing)
    assert [name for name, _ in await told(db)] == ["listing.submitted"]
