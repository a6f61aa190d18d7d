"""Reviews on a real database: how they are opened, decided by one or two people, told, sampled and counted."""

from datetime import datetime, timedelta

import pytest

from services.catalog import store
from services.catalog.domain.errors import NothingToReview, OwnProvider, ReviewClaimed, SecondReviewerNeeded
from services.catalog.domain.review import Decision, ReviewState
from services.catalog.domain.risk import Lane
from services.catalog.domain.sample import SampleState, Sampling
from services.catalog.domain.version import VersionState
from services.catalog.queries.review_pages import review_page
from services.catalog.queries.review_statistics import statistics
from services.catalog.queries.reviews import Wanted, queue
from services.catalog.queries.samples import samples
from services.catalog.reactions.group_changed import keep_group
from services.catalog.tests.builders import (
    MONTHLY,
    NOW,
    a_cause,
    a_content,
    a_live,
    a_market,
    a_seller,
    a_submitted,
    another_content,
    approve,
    qualified_for,
    restrict,
    told,
)
from services.catalog.use_cases import listings, reviews
from services.catalog.use_cases.samples import judge_sample
from shared.business_days import Named, publish_years
from shared.contracts.catalog import FindingReported, ListingKind
from shared.contracts.effects import Effect, Target
from shared.contracts.envelope import Envelope
from shared.contracts.registry import GroupChanged, Member
from shared.db.transaction import Transaction
from shared.errors import Invalid
from shared.ids import new_id
from shared.messaging.reaction import Received

NO_SAMPLES = Sampling(percent=0, first_decisions=0)


async def decide(db, listing, by, decision=Decision.APPROVE, clauses=(), sampling=NO_SAMPLES):
    async with db.transaction() as tx:
        current = await store.lock_listing(tx, listing.listing_id)
        return await reviews.decide_review(
            tx, listing.listing_id, current.version, by, decision, "looked at", clauses, sampling
        )


async def review_of(db, listing, number=1):
    async with db.transaction() as tx:
        review_id = await tx.driver.fetchval(
            "SELECT review_id FROM review WHERE listing_id = $1 AND number = $2", listing.listing_id, number
        )
        return await review_page(tx, review_id)


async def resubmit(db, listing, content):
    async with db.transaction() as tx:
        current = await store.lock_listing(tx, listing.listing_id)
        await listings.write_draft(tx, listing.listing_id, listing.account_id, current.version, listing.kind, content)
    async with db.transaction() as tx:
        return (await listings.submit_listing(tx, listing.listing_id, listing.account_id))[0]


def around(tx: Transaction) -> tuple[datetime, datetime]:
    """A window that holds everything that happens in a test at one time."""
    return tx.now - timedelta(1), tx.now + timedelta(1)


async def notices(db):
    async with db.transaction() as tx:
        return [row["kind"] for row in await tx.driver.fetch("SELECT kind FROM notice ORDER BY notice_id")]


async def test_a_special_category_needs_two_people_and_goes_live_with_the_second(db):
    await a_market(db, a_seller(**qualified_for("shop-operation")))
    content = a_content(category="shop-operation", callback_url="")
    listing = await a_submitted(db, content=content, kind=ListingKind.SERVICE)
    assert (await review_of(db, listing)).review.needs_second
    _, version = await decide(db, listing, "reviewer-1")
    assert version.state is VersionState.IN_REVIEW
    with pytest.raises(SecondReviewerNeeded):
        await decide(db, listing, "reviewer-1")
    _, version = await decide(db, listing, "reviewer-2")
    assert version.state is VersionState.LIVE
    page = await review_of(db, listing)
    assert (page.review.state, page.review.deciders) == (ReviewState.DECIDED, ("reviewer-1", "reviewer-2"))
    assert await notices(db) == ["review.opened", "review.approve"]


async def test_the_first_version_since_a_penalty_needs_two_people_and_the_next_one_does_not(db, clock):
    await a_market(db)
    listing = await a_live(db)
    clock.advance(timedelta(hours=1))
    await restrict(db, Target(kind="listing", id=listing.listing_id), a_cause(Effect.RENEW, from_=clock.at))
    service = await a_submitted(db, content=another_content(1), kind=ListingKind.SERVICE)
    assert (await review_of(db, service)).review.needs_second
    clock.advance(timedelta(hours=1))
    await approve(db, service)
    other = await a_submitted(db, content=another_content(2), kind=ListingKind.SERVICE)
    review = (await review_of(db, other)).review
    assert (review.needs_second, "penalty_in_force" in {reason.code for reason in review.reasons}) == (False, True)


async def test_a_second_person_who_refuses_overrules_the_first(db):
    await a_market(db, a_seller(**qualified_for("shop-operation")))
    content = a_content(category="shop-operation", callback_url="")
    listing = await a_submitted(db, content=content, kind=ListingKind.SERVICE)
    await decide(db, listing, "reviewer-1")
    with pytest.raises(Invalid):
        await decide(db, listing, "reviewer-2", Decision.REJECT)
    await decide(db, listing, "reviewer-2", Decision.REJECT, ("6.1.4",))
    assert (await review_of(db, listing)).review.is_overruled
    async with db.transaction() as tx:
        found = {
            made.reviewer: made for made in await statistics(tx, tx.now - timedelta(1), tx.now + timedelta(1), None)
        }
    assert (found["reviewer-1"].first_approvals, found["reviewer-1"].overruled, found["reviewer-1"].decided) == (
        1,
        1,
        0,
    )
    assert (found["reviewer-2"].rejected, found["reviewer-2"].decided) == (1, 1)


async def test_a_light_change_is_due_sooner_and_due_dates_firm_up_with_the_calendar(db):
    await a_market(db)
    listing = await a_live(db)
    heavy = (await review_of(db, listing)).review
    await resubmit(db, listing, a_content(support_url="https://app.example.com/contact"))
    light = (await review_of(db, listing, 2)).review
    assert (heavy.lane, light.lane) == (Lane.HEAVY, Lane.LIGHT)
    assert (light.due_is_provisional, light.due_at < heavy.due_at) == (True, True)
    first = light.due_at - timedelta(hours=1)
    async with db.transaction() as tx:
        await publish_years(tx, {first.year: {first.date(): Named(False, "made up")}, first.year + 1: {}})
    async with db.transaction() as tx:
        assert await reviews.firm_up_due_dates(tx) == 2
        assert await reviews.firm_up_due_dates(tx) == 0
    firm = (await review_of(db, listing, 2)).review
    assert (firm.due_is_provisional, firm.due_at > light.due_at) == (False, True)


async def test_the_queue_is_by_due_date_then_risk_and_can_be_narrowed_and_paged(db, clock):
    await a_market(db)
    plain = await a_submitted(db, content=another_content(1))
    plans = (MONTHLY.model_copy(update={"price_fen": 2_000_000}),)
    dear = await a_submitted(db, content=another_content(2, plans=plans))
    async with db.transaction() as tx:
        found = await queue(tx, Wanted("reviewer-1"), None, 10)
        assert [item.listing.listing_id for item in found] == [dear.listing_id, plain.listing_id]
        first = found[0].review
        after = (first.due_at, first.risk, first.review_id)
        assert [i.review.review_id for i in await queue(tx, Wanted("reviewer-1"), after, 10)] == [
            found[1].review.review_id
        ]
        await reviews.claim_review(tx, dear.listing_id, dear.version, "reviewer-1")
    clock.advance(timedelta(days=20))
    async with db.transaction() as tx:
        await reviews.claim_review(tx, plain.listing_id, plain.version, "reviewer-1")

        async def ids(**wanted):
            return {item.listing.listing_id for item in await queue(tx, Wanted("reviewer-1", **wanted), None, 10)}

        assert await ids(mine=True) == {plain.listing_id}
        assert await ids(unclaimed=True) == {dear.listing_id}
        assert await ids(overdue=True, lane=Lane.HEAVY, category="order-processing") == {
            plain.listing_id,
            dear.listing_id,
        }
        assert await ids(awaiting_second=True) == await ids(lane=Lane.LIGHT) == await ids(category="erp") == set()


async def test_a_claim_binds_until_it_is_released_or_over(db, clock):
    await a_market(db)
    listing = await a_submitted(db)
    async with db.transaction() as tx:
        listing, version = await reviews.claim_review(tx, listing.listing_id, listing.version, "reviewer-1")
    assert version.state is VersionState.IN_REVIEW
    with pytest.raises(ReviewClaimed):
        await decide(db, listing, "reviewer-2")
    async with db.transaction() as tx:
        listing, _ = await reviews.release_review(tx, listing.listing_id, listing.version, "reviewer-1")
    async with db.transaction() as tx:
        listing, _ = await reviews.claim_review(tx, listing.listing_id, listing.version, "reviewer-2")
    clock.advance(timedelta(minutes=30))
    await decide(db, listing, "reviewer-1")


async def test_a_listing_that_ends_takes_its_review_out_of_the_queue(db):
    await a_market(db)
    listing = await a_submitted(db)
    async with db.transaction() as tx:
        await listings.retire_listing(tx, listing.listing_id, "shop", listing.version, "over")
    assert (await review_of(db, listing)).review.state is ReviewState.VOID


async def test_staff_that_is_the_same_provider_by_a_link_does_not_review(db):
    seller, second = await a_market(db, a_seller(), a_seller(account_id="other"))
    listing = await a_submitted(db)
    members = tuple(Member(provider_id=one.provider_id, since=NOW, basis="code") for one in (seller, second))
    group = GroupChanged(group_id=new_id(), version=1, members=members, changed_at=NOW)
    async with db.transaction() as tx:
        await keep_group(
            tx, [Received(group, Envelope(new_id(), "group.changed", "registry", NOW, group.key, 1, "story"))]
        )
    with pytest.raises(OwnProvider):
        await decide(db, listing, "other")


async def test_the_page_shows_changes_history_and_like_decisions(db):
    await a_market(db, a_seller(), a_seller(account_id="other"))
    like = await a_submitted(db, account_id="other", content=another_content(3, name="最安全打单"))
    await decide(db, like, "reviewer-1", Decision.REQUEST_CHANGES, ("6.1.2(3)",))
    await a_submitted(db, account_id="other", content=another_content(4))
    listing = await a_live(db)
    await resubmit(db, listing, a_content(name="最安全快打单"))
    page = await review_of(db, listing, 2)
    assert (page.base.number, [(d.field, d.old) for d in page.differences]) == (1, [("name", "快打单")])
    assert [(r.number, r.decision) for r in page.history] == [(1, Decision.APPROVE)]
    [found] = page.like
    assert (found.listing_id, found.decision, found.clauses) == (
        like.listing_id, Decision.REQUEST_CHANGES, ("6.1.2(3)",),
    )  # fmt: skip
    assert "clause:6.1.2(3)" in found.marks


async def test_a_sample_that_is_disagreed_with_is_reported_while_the_version_is_live(db):
    await a_market(db)
    listing = await a_submitted(db)
    await decide(db, listing, "reviewer-1", sampling=Sampling(percent=0, first_decisions=1))
    async with db.transaction() as tx:
        assert await samples(tx, SampleState.OPEN, "reviewer-1", None, 10) == []
        [found] = await samples(tx, SampleState.OPEN, "reviewer-2", None, 10)
        with pytest.raises(Invalid):
            await judge_sample(tx, found.sample.sample_id, 1, "reviewer-2", False, "no", ())
        await judge_sample(tx, found.sample.sample_id, 1, "reviewer-2", False, "名称夸大", ("6.1.2(3)",))
    name, payload = (await told(db))[-1]
    fact = FindingReported.model_validate_json(payload)
    assert (name, fact.origin, fact.version, fact.findings[0].clause) == ("finding.reported", "review", 1, "6.1.2(3)")
    async with db.transaction() as tx:
        assert (await store.version_of(tx, listing.listing_id, 1)).state is VersionState.LIVE
        [made] = await statistics(tx, *around(tx), "reviewer-1")
    assert (made.approved, made.sampled, made.disagreed, made.overdue_share) == (1, 1, 1, 0.0)


async def test_what_was_followed_by_another_version_is_judged_but_not_reported(db):
    await a_market(db)
    listing = await a_submitted(db)
    await decide(db, listing, "reviewer-1", sampling=Sampling(percent=0, first_decisions=1))
    await approve(db, await resubmit(db, listing, a_content(name="快印单")), "reviewer-3")
    async with db.transaction() as tx:
        found = (await samples(tx, SampleState.OPEN, "reviewer-2", None, 10))[0]
        await judge_sample(tx, found.sample.sample_id, 1, "reviewer-2", False, "名称夸大", ("6.1.2(3)",))
    assert "finding.reported" not in [name for name, _ in await told(db)]


async def test_a_decision_is_told_with_clauses_and_reason_in_both_languages(db):
    await a_market(db)
    await decide(db, await a_submitted(db), "reviewer-1", Decision.REJECT, ("4.3.2", "6.1.3(2)"))
    async with db.transaction() as tx:
        row = await tx.driver.fetchrow("SELECT * FROM notice WHERE kind = 'review.reject'")
    told_texts = " ".join(str(value) for value in dict(row).values())
    assert all(part in told_texts for part in ("4.3.2, 6.1.3(2)", "looked at", "审核未通过", "rejected"))


async def test_a_decided_review_takes_no_second_decision(db):
    await a_market(db)
    listing = await a_submitted(db)
    await decide(db, listing, "reviewer-1", Decision.REJECT, ("4.3.2",))
    with pytest.raises(NothingToReview):
        await decide(db, listing, "reviewer-2")
