"""Who may bring a version to the market, and what keeps it away."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from services.catalog import store
from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.errors import (
    AccountBlocked,
    PublishBlocked,
)
from services.catalog.domain.version import VersionState
from services.catalog.tests.builders import (
    a_cause,
    a_content,
    a_draft,
    a_live,
    a_market,
    a_seller,
    a_submitted,
    an_applicant,
    another_content,
    approve,
    qualified_for,
    restrict,
    tell_standing,
    told,
)
from services.catalog.use_cases import listings
from services.catalog.use_cases.categories import publish_category
from services.catalog.use_cases.delistings import delist_listing
from services.catalog.use_cases.publishing import publish_approved
from shared.contracts.effects import Effect, Target
from shared.errors import Invalid


async def submit(db, listing):
    async with db.transaction() as tx:
        return (await listings.submit_listing(tx, listing.listing_id, listing.account_id))[1]


async def reread(db, listing):
    async with db.transaction() as tx:
        return await store.lock_listing(tx, listing.listing_id)


async def states(db, listing):
    async with db.transaction() as tx:
        rows = await tx.driver.fetch(
            "SELECT state FROM listing_version WHERE listing_id = $1 ORDER BY number", listing.listing_id
        )
        return [row["state"] for row in rows]


async def tick(db):
    async with db.transaction() as tx:
        return await publish_approved(tx)


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
        await a_submitted(db, content=another_content(1, category="design"))


async def test_a_correction_that_a_penalty_asks_for_may_be_submitted_but_not_go_live_under_a_freeze(db, clock):
    [seller] = await a_market(db)
    listing = await a_live(db)
    async with db.transaction() as tx:
        await listings.write_draft(
            tx, listing.listing_id, "shop", listing.version, listing.kind, a_content(name="改名")
        )
    clock.advance(timedelta(seconds=1))
    await restrict(db, Target(kind="provider", id=seller.provider_id), a_cause(Effect.PUBLISH, from_=clock.at))
    with pytest.raises(PublishBlocked):
        await submit(db, listing)
    await restrict(db, Target(kind="listing", id=listing.listing_id), a_cause(Effect.LIST, from_=clock.at))
    assert (await submit(db, listing)).state is VersionState.SUBMITTED
    assert await states(db, await approve(db, await reread(db, listing))) == ["live", "approved"]


async def test_a_limited_account_writes_nothing_new(db, clock):
    [seller] = await a_market(db)
    await restrict(db, Target(kind="provider", id=seller.provider_id), a_cause(Effect.ACCOUNT, from_=clock.at))
    with pytest.raises(AccountBlocked):
        await a_draft(db)


async def test_what_is_approved_without_standing_goes_live_with_it(db):
    [seller] = await a_market(db)
    listing = await a_submitted(db)
    await tell_standing(db, an_applicant(provider_id=seller.provider_id), sequence=2)
    listing = await approve(db, listing)
    assert (await states(db, listing), listing.lifecycle) == (["approved"], Lifecycle.UNPUBLISHED)
    assert [name for name, _ in await told(db)] == ["listing.submitted"]
    await tell_standing(db, seller, sequence=3)
    assert await states(db, listing) == ["live"]
    assert [name for name, _ in await told(db)] == ["listing.submitted", "listing.published"]


async def a_second_version(db, listing, **values):
    async with db.transaction() as tx:
        listing, _ = await listings.write_draft(
            tx, listing.listing_id, "shop", listing.version, listing.kind, a_content(**values)
        )
    await submit(db, listing)
    return await approve(db, await reread(db, listing))


async def facts_of(db):
    """Facts about a listing's live state, as (name, lifecycle, version), and what they answer."""
    found = [(name, json.loads(payload)) for name, payload in await told(db)]
    return [(name, fact["lifecycle"], fact["version"]) for name, fact in found if "lifecycle" in fact]


async def test_a_freeze_that_arrives_late_withdraws_what_went_live_under_it_until_it_lapses(db, clock):
    [seller] = await a_market(db)
    listing = await a_live(db)
    clock.advance(timedelta(days=2))
    listing = await a_second_version(db, listing, name="第二版打单")
    now = clock()
    cause = a_cause(Effect.PUBLISH, from_=now - timedelta(days=1), until=now + timedelta(days=7))
    await restrict(db, Target(kind="provider", id=seller.provider_id), cause)
    assert await states(db, listing) == ["live", "approved"]
    clock.advance(timedelta(days=7) - timedelta(seconds=1))
    assert await tick(db) == 0
    clock.advance(timedelta(seconds=1))
    assert await tick(db) == 1
    assert await tick(db) == 0
    assert await states(db, listing) == ["superseded", "live"]
    assert (await reread(db, listing)).published_at == now
    assert await facts_of(db) == [
        ("listing.published", "live", 1),
        ("listing.published", "live", 2),
        ("listing.updated", "live", 1),
        ("listing.updated", "live", 2),
    ]


async def test_a_listing_whose_only_version_is_withdrawn_is_off_the_market_until_the_freeze_is_lifted(db, clock):
    [seller] = await a_market(db)
    listing = await a_live(db)
    target = Target(kind="provider_category", id=seller.provider_id, category="order-processing")
    await restrict(db, target, a_cause(Effect.PUBLISH, from_=clock()))
    assert (await reread(db, listing)).lifecycle is Lifecycle.WITHDRAWN
    await restrict(db, target, sequence=2)
    assert (await reread(db, listing)).lifecycle is Lifecycle.LIVE
    assert await facts_of(db) == [
        ("listing.published", "live", 1),
        ("listing.updated", "delisted", 1),
        ("listing.updated", "live", 1),
    ]


async def test_a_freeze_and_an_approval_at_once_leave_nothing_live_under_the_freeze(db, clock):
    [seller] = await a_market(db)
    listing = await a_submitted(db)
    freeze = a_cause(Effect.PUBLISH, from_=clock())
    async with asyncio.TaskGroup() as both:
        both.create_task(restrict(db, Target(kind="provider", id=seller.provider_id), freeze))
        both.create_task(approve(db, listing))
    assert await states(db, listing) == ["approved"]


async def test_a_correction_of_a_penalty_comes_back_as_relisted_and_names_what_it_answers(db, clock):
    await a_market(db)
    listing = await a_live(db)
    penalty = a_cause(Effect.LIST, Effect.ORDER, from_=clock(), measure="delist")
    await restrict(db, Target(kind="listing", id=listing.listing_id), penalty, sequence=5)
    await a_second_version(db, listing, name="改正后的打单")
    facts = {name: json.loads(payload) for name, payload in await told(db)}
    for name in ("listing.submitted", "listing.relisted"):
        assert (facts[name]["answers"], facts[name]["restriction_sequence"]) == ([str(penalty.penalty_id)], 5)
    assert (facts["listing.relisted"]["lifecycle"], facts["listing.relisted"]["name"]) == ("live", "改正后的打单")


async def test_only_a_version_submitted_after_a_delisting_brings_the_listing_back(db, clock):
    await a_market(db)
    listing = await a_live(db)
    async with db.transaction() as tx:
        listing, _ = await listings.write_draft(
            tx, listing.listing_id, "shop", listing.version, listing.kind, a_content(name="第二版打单")
        )
    await submit(db, listing)
    clock.advance(timedelta(hours=1))
    async with db.transaction() as tx:
        version = (await store.lock_listing(tx, listing.listing_id)).version
        await delist_listing(tx, listing.listing_id, version, "olga", "unsafe", only_of=None)
    listing = await approve(db, await reread(db, listing))
    assert (listing.lifecycle, await states(db, listing)) == (Lifecycle.DELISTED, ["superseded", "live"])
    async with db.transaction() as tx:
        said = await tx.driver.fetchval(
            "SELECT body_en FROM notice WHERE kind = 'review.approve' ORDER BY notice_id DESC"
        )
    assert "off the market" in said
    clock.advance(timedelta(hours=1))
    listing = await a_second_version(db, listing, name="第三版打单")
    assert listing.lifecycle is Lifecycle.LIVE
    assert await facts_of(db) == [
        ("listing.published", "live", 1),
        ("listing.delisted", "delisted", 1),
        ("listing.updated", "delisted", 2),
        ("listing.relisted", "live", 3),
    ]


async def notices(db):
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT kind FROM notice WHERE recipient = 'shop' ORDER BY notice_id")
        return [row["kind"] for row in rows if not row["kind"].startswith("review.")]


async def test_the_provider_is_told_of_what_it_did_not_ask_for(db, clock):
    [seller] = await a_market(db)
    listing = await a_live(db)
    clock.advance(timedelta(hours=1))
    await a_second_version(db, listing, name="第二版打单")
    target = Target(kind="provider", id=seller.provider_id)
    freezes = [a_cause(Effect.PUBLISH, from_=clock() - timedelta(hours=hours)) for hours in (0, 1)]
    for sequence, causes in enumerate([freezes[:1], freezes, []], start=1):
        await restrict(db, target, *causes, sequence=sequence)
    assert await notices(db) == ["version.withdrawn", "listing.withdrawn", "version.live"]


async def test_what_waited_for_a_qualification_goes_live_when_its_category_asks_for_none_any_more(db):
    [seller] = await a_market(db, a_seller(**qualified_for("erp")))
    listing = await a_submitted(db, content=a_content(category="erp"))
    await tell_standing(db, a_seller(seller.provider_id), sequence=2)
    listing = await approve(db, listing)
    assert await states(db, listing) == ["approved"]
    async with db.transaction() as tx:
        open_to_all = replace((await store.lock_category(tx, "erp")).definition, requires_qualification=False)
        await publish_category(tx, "erp", open_to_all, "olga", "open to all")
    assert await tick(db) == 1
    assert await states(db, listing) == ["live"]


async def test_a_closed_category_keeps_its_listings_and_takes_no_new_ones(db):
    await a_market(db)
    listing = await a_live(db)
    async with db.transaction() as tx:
        closed = replace((await store.lock_category(tx, "order-processing")).definition, takes_listings=False)
        await publish_category(tx, "order-processing", closed, "olga", "closed")
    with pytest.raises(Invalid):
        await a_draft(db, content=another_content(1))
    listing = await a_second_version(db, listing, name="第二版打单")
    assert await states(db, listing) == ["superseded", "live"]
