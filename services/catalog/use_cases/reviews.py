"""What a reviewer can do with a submitted version. Each verb is one transaction, which its caller commits."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from services.catalog import store
from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.errors import ListingRetired, NothingToReview
from services.catalog.domain.listing import Listing
from services.catalog.domain.review import CLAIMED_FOR, USUAL_TERMS, Decision, Review, Terms
from services.catalog.domain.risk import Risk, Situation, assess, marks
from services.catalog.domain.sample import USUAL_SAMPLING, Sampling
from services.catalog.domain.screening.finding import Finding
from services.catalog.domain.version import ListingVersion, Verdict
from services.catalog.use_cases import publishing
from services.catalog.use_cases.own_provider import refuse_own_provider
from services.catalog.use_cases.review_notices import tell_decided, tell_opened
from services.catalog.use_cases.samples import draw_sample
from shared.business_days import add_business_days, firm_up
from shared.db.transaction import Transaction
from shared.errors import Invalid
from shared.ids import new_id

Written = tuple[Listing, ListingVersion]
REFUSALS_WITHIN = timedelta(days=180)


async def open_review(
    tx: Transaction,
    listing: Listing,
    version: ListingVersion,
    live: ListingVersion | None,
    findings: Sequence[Finding],
    terms: Terms = USUAL_TERMS,
) -> None:
    """A submitted version enters the queue, with its risk and its due date."""
    risk = await _risk(tx, listing, version, live, findings)
    days = terms.days(risk.lane)
    deadline = await add_business_days(tx, tx.now, days)
    review = Review(
        new_id(),
        listing.listing_id,
        version.number,
        listing.provider_id,
        listing.account_id,
        version.content.category,
        risk.lane,
        risk.points,
        risk.reasons,
        marks(findings),
        risk.needs_second,
        tx.now,
        days,
        deadline.due_at,
        deadline.is_provisional,
    )
    tx.session.add(review)
    await tell_opened(tx, review, version)
    tx.record("open_review", review.target, new={"lane": risk.lane, "risk": risk.points, "due_at": review.due_at})


async def reassess_review(
    tx: Transaction, listing: Listing, version: ListingVersion, live: ListingVersion | None
) -> None:
    """What waits was moved to another category: it is weighed by what that asks, and never gets less time."""
    review = await store.queued_review(tx, listing.listing_id)
    if review is None or review.number != version.number:
        return
    old = {"category": review.category, "lane": review.lane, "risk": review.risk}
    risk = await _risk(tx, listing, version, live, version.findings)
    if review.reassess(version.content.category, risk, marks(version.findings)):
        review.due_business_days = max(review.due_business_days, USUAL_TERMS.days(risk.lane))
        deadline = await add_business_days(tx, review.opened_at, review.due_business_days)
        review.due_at, review.due_is_provisional = deadline.due_at, deadline.is_provisional
    new = {"category": review.category, "lane": review.lane, "risk": review.risk, "due_at": review.due_at}
    tx.record("reassess_review", review.target, old=old, new=new)


async def void_review(tx: Transaction, listing: Listing, reason: str) -> None:
    """There is nothing left to decide about, for instance because the listing is over."""
    review = await store.queued_review(tx, listing.listing_id)
    if review is not None:
        old = review.state
        review.void()
        tx.record("void_review", review.target, old={"state": old}, new={"state": review.state}, reason=reason)


async def claim_review(
    tx: Transaction, listing_id: UUID, version: int, reviewer: str, lease: timedelta = CLAIMED_FOR
) -> Written:
    """Takes the version for a while, so that nobody else spends time on it."""
    listing, newest, review = await _lock(tx, listing_id, version, reviewer)
    old = review.claimed_by
    review.claim(by=reviewer, at=tx.now, until=tx.now + lease)
    listing.begin_review(newest)
    new = {"claimed_by": reviewer, "claimed_until": review.claimed_until}
    tx.record("claim_review", f"listing:{listing_id}", old={"claimed_by": old}, new=new)
    return listing, newest


async def release_review(tx: Transaction, listing_id: UUID, version: int, reviewer: str) -> Written:
    """Gives it back to the queue before the lease is over."""
    listing, newest, review = await _lock(tx, listing_id, version, reviewer)
    review.release(by=reviewer, at=tx.now)
    listing.version += 1
    tx.record("release_review", f"listing:{listing_id}", old={"claimed_by": reviewer}, new={"claimed_by": ""})
    return listing, newest


async def decide_review(
    tx: Transaction,
    listing_id: UUID,
    version: int,
    reviewer: str,
    decision: Decision,
    reason: str,
    clauses: tuple[str, ...],
    sampling: Sampling = USUAL_SAMPLING,
) -> Written:
    """Of two reviewers with the same version in hand one decides, the other learns that it changed.

    What is of high risk goes live once a second person approves it too; until then it stays in the queue.
    """
    listing, newest, review = await _lock(tx, listing_id, version, reviewer)
    old, verdict = review.state, Verdict(reviewer, tx.now, reason, clauses)
    is_settled = review.decide(decision, verdict)
    if is_settled:
        await _carry_out(tx, listing, newest, decision, verdict)
        await draw_sample(tx, review, sampling)
        await tell_decided(tx, review, newest, listing.lifecycle)
    else:
        listing.begin_review(newest)
    tx.record(
        "decide_review",
        f"listing:{listing_id}",
        old={"state": old},
        new={"state": review.state, "number": newest.number, "decision": decision, "clauses": clauses},
        reason=reason,
    )
    return listing, newest


async def firm_up_due_dates(tx: Transaction) -> int:
    """When the calendar of a year is published, what was due provisionally in it is due for good; how many changed."""
    changed = await firm_up(tx, store.PROVISIONAL_REVIEWS)
    for review_id in changed:
        tx.record("firm_up_due_date", f"review:{review_id}")
    return len(changed)


async def _lock(
    tx: Transaction, listing_id: UUID, version: int, reviewer: str
) -> tuple[Listing, ListingVersion, Review]:
    listing = await store.lock_listing(tx, listing_id, version=version)
    review = await store.queued_review(tx, listing_id)
    if review is None:
        if listing.lifecycle is Lifecycle.RETIRED:
            raise ListingRetired("The provider ended this listing")
        raise NothingToReview("No version of the listing waits for a decision")
    await refuse_own_provider(tx, review.provider_id, reviewer)
    return listing, await store.version_of(tx, listing_id, review.number), review


async def _risk(
    tx: Transaction,
    listing: Listing,
    version: ListingVersion,
    live: ListingVersion | None,
    findings: Sequence[Finding],
) -> Risk:
    place = await store.category(tx, version.content.category)
    provider_id = listing.provider_id
    return assess(
        Situation(
            version.content,
            live.content if live is not None else None,
            findings,
            is_special=place is not None and place.special,
            requires_qualification=place is not None and place.requires_qualification,
            is_first_listing=not await store.has_published(tx, provider_id),
            refusals=await store.refusals_since(tx, provider_id, tx.now - REFUSALS_WITHIN),
            penalised_at=await store.penalised_at(tx, provider_id, version.content.category),
            approved_at=await store.last_approval(tx, provider_id),
        )
    )


async def _carry_out(
    tx: Transaction, listing: Listing, newest: ListingVersion, decision: Decision, verdict: Verdict
) -> None:
    if decision is Decision.APPROVE:
        await publishing.approve(tx, listing, newest, verdict)
        return
    if not verdict.clauses:
        raise Invalid(
            "A refusal names at least one clause",
            errors=[{"pointer": "/clauses", "in": "body", "message": "must name the clauses that are broken"}],
        )
    if decision is Decision.REJECT:
        await publishing.reject(tx, listing, newest, verdict)
    else:
        await publishing.request_changes(tx, listing, newest, verdict)
