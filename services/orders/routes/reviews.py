"""Reviews: buyers write and edit their own, everybody reads them, staff hides and restores one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from services.orders import queries
from services.orders.domain.errors import AlreadyReviewed, NotABuyer, ReviewHidden, UnknownListing, UnknownReview
from services.orders.domain.review import Review
from services.orders.routes.orders import CanBuy
from services.orders.schemas import OwnReviewResponse, ReasonRequest, ReviewRequest, ReviewResponse
from services.orders.use_cases import reviewing
from shared.errors import Invalid, KeyRequired, KeyReused, StaleVersion, VersionRequired
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter(tags=["reviews"])
STAFF = (Role.REVIEWER, Role.OFFICER)
CanModerate = Annotated[Caller, requires(*STAFF)]
CanReadReview = Annotated[Caller, requires(Role.MERCHANT, *STAFF)]
CHANGED = (UnknownReview, Invalid, ReviewHidden, StaleVersion, VersionRequired)


@router.post(
    "/listings/{listing_id}/reviews",
    operation_id="write_review",
    status_code=201,
    response_model=OwnReviewResponse,
    responses=problems(UnknownListing, Invalid, NotABuyer, AlreadyReviewed, KeyRequired, KeyReused),
)
async def write_review(listing_id: UUID, body: ReviewRequest, caller: CanBuy, tx: Tx, once: Once) -> Response:
    """By a merchant who has or had a subscription to the listing, once (6.2.1)."""
    if (kept := await once.kept()) is not None:
        return kept
    review = await reviewing.write_review(tx, caller.subject, listing_id, body.rating, body.text)
    headers = {"etag": etag(review.version)}
    location = f"/v1/reviews/{review.review_id}"
    return once.answer(201, OwnReviewResponse.of(review), location=location, headers=headers)


@router.get(
    "/listings/{listing_id}/reviews",
    operation_id="list_reviews",
    response_model=PageOf[ReviewResponse],
    responses=problems(Invalid),
)
async def list_reviews(listing_id: UUID, tx: Tx, paging: Paging) -> PageOf[ReviewResponse]:
    """The visible reviews of a listing, the newest first. Who wrote one is not told."""
    before = UUID(paging.after["review_id"]) if paging.after else None
    found = await queries.reviews_of(tx, listing_id, before, paging.limit + 1)
    page = paging.page(found, lambda review: {"review_id": review.review_id})
    return PageOf(items=[ReviewResponse.of(review) for review in page.items], next=page.next)


@router.get(
    "/reviews/{review_id}",
    operation_id="get_review",
    response_model=OwnReviewResponse,
    responses=problems(UnknownReview, Invalid),
)
async def get_review(review_id: UUID, caller: CanReadReview, tx: Tx, response: Response) -> OwnReviewResponse:
    """The caller's own review, or any for staff, with the ETag that a change asks for."""
    review = await queries.review(tx, review_id, None if caller.has(*STAFF) else caller.subject)
    return _answer(review, response)


@router.put(
    "/reviews/{review_id}", operation_id="edit_review", response_model=OwnReviewResponse, responses=problems(*CHANGED)
)
async def edit_review(
    review_id: UUID, body: ReviewRequest, caller: CanBuy, tx: Tx, version: IfMatch, response: Response
) -> OwnReviewResponse:
    """Changes the caller's own review, unless staff has hidden it."""
    review = await reviewing.edit_review(tx, caller.subject, review_id, version, body.rating, body.text)
    return _answer(review, response)


@router.post(
    "/reviews/{review_id}/hiding",
    operation_id="hide_review",
    response_model=OwnReviewResponse,
    responses=problems(*CHANGED),
)
async def hide_review(
    review_id: UUID, body: ReasonRequest, _: CanModerate, tx: Tx, version: IfMatch, response: Response
) -> OwnReviewResponse:
    """Takes a review out of sight and out of the rating, such as an advertisement or an attack (6.2.1)."""
    return _answer(await reviewing.hide_review(tx, review_id, version, body.reason), response)


@router.post(
    "/reviews/{review_id}/restoration",
    operation_id="restore_review",
    response_model=OwnReviewResponse,
    responses=problems(*CHANGED),
)
async def restore_review(
    review_id: UUID, body: ReasonRequest, _: CanModerate, tx: Tx, version: IfMatch, response: Response
) -> OwnReviewResponse:
    """Takes the hiding of a review back."""
    return _answer(await reviewing.restore_review(tx, review_id, version, body.reason), response)


def _answer(review: Review, response: Response) -> OwnReviewResponse:
    response.headers["ETag"] = etag(review.version)
    return OwnReviewResponse.of(review)
