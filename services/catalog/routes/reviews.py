"""The review queue and the reviewers' decisions."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.catalog.domain.errors import (
    ListingRetired,
    NothingToReview,
    OwnProvider,
    ReviewClaimed,
    ReviewUnclaimed,
    SecondReviewerNeeded,
)
from services.catalog.domain.risk import Lane
from services.catalog.domain.sample import Sampling
from services.catalog.queries import reviews as queries
from services.catalog.queries.review_pages import review_page
from services.catalog.routes.access import Knobs
from services.catalog.schemas.review_pages import ReviewPageResponse
from services.catalog.schemas.reviews import QueuedItem, ReviewedResponse, ReviewRequest
from services.catalog.use_cases import reviews as use_cases
from shared.db.transaction import Transaction
from shared.errors import Forbidden, Invalid, NotFound, StaleVersion, Unauthenticated, VersionRequired
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.fields import Slug
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter()

CanReview = Annotated[Caller, requires(Role.REVIEWER)]
CanRead = Annotated[Caller, requires(Role.REVIEWER, Role.OFFICER, Role.AUDITOR)]
_REFUSED = (
    Unauthenticated, Forbidden, OwnProvider, NotFound, Invalid, NothingToReview, ReviewClaimed, ListingRetired,
    SecondReviewerNeeded, VersionRequired, StaleVersion,
)  # fmt: skip


@router.get(
    "/reviews",
    operation_id="list_reviews",
    response_model=PageOf[QueuedItem],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_reviews(
    tx: Tx,
    caller: CanReview,
    paging: Paging,
    lane: Annotated[Lane | None, Query()] = None,
    category: Annotated[Slug | None, Query()] = None,
    mine: Annotated[bool, Query(description="What the caller has claimed.")] = False,
    unclaimed: Annotated[bool, Query()] = False,
    overdue: Annotated[bool, Query()] = False,
    awaiting_second: Annotated[bool, Query(description="What one person approved and another confirms.")] = False,
) -> PageOf[QueuedItem]:
    """What waits for a decision: what is due first comes first, of that the riskiest."""
    wanted = queries.Wanted(caller.subject, lane, category or "", mine, unclaimed, overdue, awaiting_second)
    at = paging.after
    after = (datetime.fromisoformat(at["due"]), int(at["risk"]), UUID(at["id"])) if at else None
    found = await queries.queue(tx, wanted, after, paging.limit + 1)
    return paging.page(
        [QueuedItem.of_queued(item) for item in found],
        lambda item: {"due": item.due_at.isoformat(), "risk": item.risk, "id": str(item.review_id)},
    )


@router.get(
    "/reviews/{review_id}",
    operation_id="show_review",
    response_model=ReviewPageResponse,
    responses=problems(Unauthenticated, Forbidden, NotFound, Invalid),
)
async def show_review(tx: Tx, caller: CanRead, response: Response, review_id: UUID) -> ReviewPageResponse:
    """Everything about one version: content, findings, what changed, what came before, and like decisions."""
    page = await review_page(tx, review_id)
    response.headers["etag"] = etag(page.listing.version)
    return ReviewPageResponse.of(page)


@router.post(
    "/listings/{listing_id}/claim",
    operation_id="claim_review",
    response_model=ReviewedResponse,
    responses=problems(*_REFUSED),
)
async def claim_review(
    tx: Tx, caller: CanReview, knobs: Knobs, response: Response, version: IfMatch, listing_id: UUID
) -> ReviewedResponse:
    """Takes the version for half an hour; nobody else decides about it meanwhile. Claiming again prolongs it."""
    lease = timedelta(minutes=knobs.review_lease_minutes)
    return await _answer(tx, response, await use_cases.claim_review(tx, listing_id, version, caller.subject, lease))


@router.post(
    "/listings/{listing_id}/release",
    operation_id="release_review",
    response_model=ReviewedResponse,
    responses=problems(*_REFUSED, ReviewUnclaimed),
)
async def release_review(
    tx: Tx, caller: CanReview, response: Response, version: IfMatch, listing_id: UUID
) -> ReviewedResponse:
    """Gives a claimed version back to the queue."""
    return await _answer(tx, response, await use_cases.release_review(tx, listing_id, version, caller.subject))


@router.post(
    "/listings/{listing_id}/review",
    operation_id="decide_review",
    response_model=ReviewedResponse,
    responses=problems(*_REFUSED),
)
async def decide_review(
    tx: Tx,
    caller: CanReview,
    knobs: Knobs,
    response: Response,
    version: IfMatch,
    listing_id: UUID,
    body: ReviewRequest,
) -> ReviewedResponse:
    """Approves the waiting version, or sends it back with the clauses it breaks.

    What is of high risk waits for a second person after the first approval; that one confirms or overrules.
    """
    sampling = Sampling(knobs.review_sample_percent, knobs.review_samples_of_new_reviewers)
    written = await use_cases.decide_review(
        tx, listing_id, version, caller.subject, body.decision, body.reason, tuple(body.clauses), sampling
    )
    return await _answer(tx, response, written)


async def _answer(tx: Transaction, response: Response, written: use_cases.Written) -> ReviewedResponse:
    listing, version = written
    review = await queries.newest_review(tx, listing.listing_id, version.number)
    if review is None:
        raise NotFound("There is no review of this version")
    response.headers["etag"] = etag(listing.version)
    return ReviewedResponse.of_review(listing, version, review)
