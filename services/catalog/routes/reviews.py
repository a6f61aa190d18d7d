"""The review queue and the reviewers' decisions."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from services.catalog.domain.errors import (
    ListingRetired,
    NothingToReview,
    OwnProvider,
    PublishBlocked,
    ReviewClaimed,
)
from services.catalog.queries.listings import waiting
from services.catalog.schemas.listings import ListingResponse, ReviewItem, ReviewRequest
from services.catalog.use_cases import reviews as use_cases
from shared.errors import Forbidden, Invalid, NotFound, StaleVersion, Unauthenticated, VersionRequired
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter()

CanReview = Annotated[Caller, requires(Role.REVIEWER)]
_REFUSED = (
    Unauthenticated, Forbidden, OwnProvider, NotFound, Invalid, NothingToReview, ReviewClaimed, ListingRetired,
    VersionRequired, StaleVersion,
)  # fmt: skip


@router.get(
    "/reviews",
    operation_id="list_reviews",
    response_model=PageOf[ReviewItem],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
async def list_reviews(tx: Tx, caller: CanReview, paging: Paging) -> PageOf[ReviewItem]:
    """What waits for a decision, longest first, with the findings of the screening."""
    after = paging.after and (datetime.fromisoformat(paging.after["at"]), UUID(paging.after["id"]))
    found = await waiting(tx, after or None, paging.limit + 1)
    return paging.page(
        [ReviewItem.of_waiting(item) for item in found],
        lambda item: {"at": item.submitted_at and item.submitted_at.isoformat(), "id": str(item.listing_id)},
    )


@router.post(
    "/listings/{listing_id}/claim",
    operation_id="claim_review",
    response_model=ListingResponse,
    responses=problems(*_REFUSED),
)
async def claim_review(
    tx: Tx, caller: CanReview, response: Response, version: IfMatch, listing_id: UUID
) -> ListingResponse:
    """Takes the version for half an hour; nobody else decides about it meanwhile."""
    listing, newest = await use_cases.claim_review(tx, listing_id, version, caller.subject)
    response.headers["etag"] = etag(listing.version)
    return ListingResponse.of(listing, newest)


@router.post(
    "/listings/{listing_id}/review",
    operation_id="decide_review",
    response_model=ListingResponse,
    responses=problems(*_REFUSED, PublishBlocked),
)
async def decide_review(
    tx: Tx, caller: CanReview, response: Response, version: IfMatch, listing_id: UUID, body: ReviewRequest
) -> ListingResponse:
    """Approves the waiting version, which then is live, or sends it back with the clauses it breaks."""
    listing, newest = await use_cases.decide_review(
        tx, listing_id, version, caller.subject, body.decision, body.reason, tuple(body.clauses)
    )
    response.headers["etag"] = etag(listing.version)
    return ListingResponse.of(listing, newest)
