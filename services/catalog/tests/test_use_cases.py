"""The catalog's verbs on a real database."""

import asyncio

import pytest

from services.catalog import store
from services.catalog.domain.errors import (
    CategoryFixed,
    ProviderUnknown,
    ScreeningBlocked,
    TooManyApplications,
)
from services.catalog.domain.listing import APPLICATION_LIMIT
from services.catalog.domain.review import Decision
from services.catalog.domain.version import VersionState
from services.catalog.queries.reviews import Wanted, queue
from services.catalog.resync import retell_listings
from services.catalog.tests.builders import (
    CLEAN,
    a_content,
    a_draft,
    a_live,
    a_market,
    a_seller,
    a_submitted,
    another_content,
    approve,
    told,
)
from services.catalog.use_cases import listings, reviews
from shared.contracts.catalog import ListingKind, ListingPublished, ListingUpdated
from shared.errors import Invalid, NotFound, Refusal, StaleVersion


async def refusal_of(act):
    try:
        await act
    except Refusal as refusal:
        return refusal
    return None


async def submit(db, listing):
    async with db.transaction() as tx:
        return (await listings.submit_listing(tx, listing.listing_id, listing.account_id))[1]


async def test_the_story_from_draft_to_market_is_told_in_facts(db):
    [seller] = await a_market(db)
    listing = await a_live(db)
    facts = await told(db)
    assert [name for name, _ in facts] == ["listing.submitted", "listing.published"]
    published = ListingPublished.model_validate_json(facts[1][1])
    assert (published.listing_id, published.provider_id) == (listing.listing_id, seller.provider_id)
    assert (published.callback_url, published.kind) == (CLEAN.callback_url, ListingKind.APPLICATION)
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT action FROM audit WHERE target LIKE 'listing:%' ORDER BY position")
    assert [row["action"] for row in rows] == ["create_listing", "submit_listing", "settle_listing", "decide_review"]


async def test_an_account_that_never_applied_cannot_write_listings(db):
    await a_market(db)
    with pytest.raises(ProviderUnknown):
        await a_draft(db, account_id="stranger")


async def test_five_applications_are_the_limit_however_many_come_at_once(db):
    await a_market(db)
    answers = await asyncio.gather(*(refusal_of(a_draft(db)) for _ in range(20)))
    assert sum(answer is None for answer in answers) == APPLICATION_LIMIT
    assert {type(answer) for answer in answers if answer} == {TooManyApplications}


async def test_services_do_not_count_and_a_retired_application_makes_room(db):
    await a_market(db)
    first = await a_draft(db)
    for _ in range(APPLICATION_LIMIT - 1):
        await a_draft(db)
    await a_draft(db, kind=ListingKind.SERVICE)
    with pytest.raises(TooManyApplications):
        await a_draft(db)
    async with db.transaction() as tx:
        await listings.retire_listing(tx, first.listing_id, "shop", first.version, "replaced")
    await a_draft(db)


async def test_a_retired_listing_leaves_the_review_queue(db):
    await a_market(db)
    listing = await a_submitted(db)
    async with db.transaction() as tx:
        assert len(await queue(tx, Wanted("reviewer-1"), None, 10)) == 1
        await listings.retire_listing(tx, listing.listing_id, "shop", listing.version, "over")
    async with db.transaction() as tx:
        assert await queue(tx, Wanted("reviewer-1"), None, 10) == []


async def test_the_limit_is_the_accounts_own(db):
    await a_market(db, a_seller(), a_seller(account_id="other"))
    for _ in range(APPLICATION_LIMIT):
        await a_draft(db)
    await a_draft(db, account_id="other")


@pytest.mark.parametrize("category", ["nowhere", "marketing"])
async def test_a_listing_belongs_into_a_category_that_takes_listings(db, category):
    await a_market(db)
    with pytest.raises(Invalid):
        await a_draft(db, content=a_content(category=category))


async def test_of_two_reviewers_with_the_same_version_one_decides(db):
    await a_market(db)
    listing = await a_submitted(db)
    answers = await asyncio.gather(
        refusal_of(approve(db, listing, "reviewer-1")), refusal_of(approve(db, listing, "reviewer-2"))
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", "StaleVersion"]
    assert [name for name, _ in await told(db)].count("listing.published") == 1


async def test_a_blocked_screening_leaves_the_draft_as_it_was(db):
    await a_market(db)
    listing = await a_draft(db, content=a_content(name="全网第一打单"))
    with pytest.raises(ScreeningBlocked) as refused:
        await submit(db, listing)
    assert refused.value.facts["findings"][0]["clause"] == "6.1.2(3)"
    async with db.transaction() as tx:
        assert (await store.version_of(tx, listing.listing_id, 1)).state is VersionState.DRAFT
    assert await told(db) == []


async def test_a_draft_tells_its_writer_what_the_screening_would_say(db):
    await a_market(db)
    async with db.transaction() as tx:
        _, draft = await listings.create_listing(tx, "shop", ListingKind.APPLICATION, a_content(name="首选打单"))
        assert [finding.matched for finding in draft.findings] == ["首选"]


async def test_the_live_version_stays_on_the_market_while_its_successor_is_written(db):
    await a_market(db)
    listing = await a_live(db)
    async with db.transaction() as tx:
        listing, draft = await listings.write_draft(
            tx, listing.listing_id, "shop", listing.version, listing.kind, a_content(name="新名")
        )
        assert (draft.number, listing.live_number) == (2, 1)
    await submit(db, listing)
    async with db.transaction() as tx:
        listing = await store.lock_listing(tx, listing.listing_id)
    await approve(db, listing)
    async with db.transaction() as tx:
        states = [(await store.version_of(tx, listing.listing_id, number)).state for number in (1, 2)]
    assert states == [VersionState.SUPERSEDED, VersionState.LIVE]


async def test_the_provider_cannot_move_an_approved_listing_to_another_category(db):
    await a_market(db)
    listing = await a_live(db)
    with pytest.raises(CategoryFixed):
        async with db.transaction() as tx:
            await listings.write_draft(
                tx, listing.listing_id, "shop", listing.version, listing.kind, a_content(category="design")
            )


@pytest.mark.parametrize("decision", [Decision.REJECT, Decision.REQUEST_CHANGES])
async def test_a_refusal_names_clauses(db, decision):
    await a_market(db)
    listing = await a_submitted(db)
    with pytest.raises(Invalid):
        async with db.transaction() as tx:
            await reviews.decide_review(tx, listing.listing_id, listing.version, "reviewer-1", decision, "no", ())
    async with db.transaction() as tx:
        _, version = await reviews.decide_review(
            tx, listing.listing_id, listing.version, "reviewer-1", decision, "no", ("4.3.2",)
        )
        assert (version.clauses, version.reason) == (("4.3.2",), "no")


async def test_another_accounts_listing_does_not_exist(db):
    await a_market(db, a_seller(), a_seller(account_id="other"))
    listing = await a_draft(db)
    for act in (
        lambda tx: listings.submit_listing(tx, listing.listing_id, "other"),
        lambda tx: listings.write_draft(tx, listing.listing_id, "other", 1, listing.kind, CLEAN),
        lambda tx: listings.retire_listing(tx, listing.listing_id, "other", 1, "mine"),
    ):
        with pytest.raises(NotFound):
            async with db.transaction() as tx:
                await act(tx)


async def test_a_stale_draft_is_not_overwritten(db):
    await a_market(db)
    listing = await a_draft(db)
    async with db.transaction() as tx:
        await listings.write_draft(tx, listing.listing_id, "shop", 1, listing.kind, a_content(name="甲"))
    with pytest.raises(StaleVersion):
        async with db.transaction() as tx:
            await listings.write_draft(tx, listing.listing_id, "shop", 1, listing.kind, a_content(name="乙"))


async def test_resync_tells_what_ever_was_published_in_pages(db):
    await a_market(db)
    live = [await a_live(db, content=another_content(number)) for number in range(3)]
    await a_draft(db)
    async with db.transaction() as tx:
        await listings.retire_listing(tx, live[0].listing_id, "shop", live[0].version, "over")
    before, after, rounds = len(await told(db)), "", 0
    while rounds == 0 or after:
        async with db.transaction() as tx:
            after = await retell_listings(tx, after, 2)
        rounds += 1
    again = [ListingUpdated.model_validate_json(payload) for _, payload in (await told(db))[before:]]
    assert {fact.listing_id for fact in again} == {listing.listing_id for listing in live}
    assert sorted(fact.lifecycle for fact in again) == ["live", "live", "retired"]
