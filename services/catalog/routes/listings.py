"""A provider's listings: write, submit, end."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.catalog.domain.errors import (
    AccountBlocked,
    CategoryFixed,
    KindFixed,
    ListingRetired,
    NeverPublished,
    NothingToSubmit,
    OwnProvider,
    ProviderUnknown,
    PublishBlocked,
    ScreeningBlocked,
    TooManyApplications,
    UnderReview,
)
from services.catalog.domain.review import Terms
from services.catalog.queries import listings as listing_queries
from services.catalog.routes.access import Knobs
from services.catalog.routes.looking import Looking
from services.catalog.schemas.listings import (
    DelistingRequest,
    ListingDetails,
    ListingRequest,
    ListingResponse,
    RetirementRequest,
)
from services.catalog.use_cases import delistings
from services.catalog.use_cases import listings as use_cases
from shared.context import current_context
from shared.db.transaction import Database
from shared.errors import (
    Forbidden,
    Invalid,
    KeyRequired,
    KeyReused,
    NotFound,
    StaleVersion,
    Unauthenticated,
    VersionRequired,
)
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter()

CanWrite = Annotated[Caller, requires(Role.PROVIDER)]
CanDelist = Annotated[Caller, requires(Role.PROVIDER, Role.OFFICER)]
CanRead = Annotated[Caller, requires(Role.PROVIDER, Role.REVIEWER, Role.OFFICER, Role.AUDITOR)]
_DENIED = (Unauthenticated, Forbidden)
_VERSIONED = (VersionRequired, StaleVersion)


def _only_of(caller: Caller) -> str | None:
    """Staff sees every listing, an account only its own."""
    return None if caller.has(Role.REVIEWER, Role.OFFICER, Role.AUDITOR) else caller.subject


@router.post(
    "/listings",
    operation_id="create_listing",
    status_code=201,
    response_model=ListingResponse,
    responses=problems(*_DENIED, KeyRequired, KeyReused, Invalid, ProviderUnknown, TooManyApplications, AccountBlocked),
)
async def create_listing(tx: Tx, caller: CanWrite, once: Once, body: ListingRequest) -> Response:
    """A first draft, answered with what the screening would say about it."""
    if (kept := await once.kept()) is not None:
        return kept
    listing, draft = await use_cases.create_listing(
        tx, caller.subject, body.kind, body.content(), body.removed_markup()
    )
    return once.answer(
        201,
        ListingResponse.of(listing, draft),
        location=f"/v1/listings/{listing.listing_id}",
        headers={"etag": etag(listing.version)},
    )


@router.get(
    "/listings",
    operation_id="list_listings",
    response_model=PageOf[ListingResponse],
    responses=problems(*_DENIED, Invalid),
)
async def list_listings(tx: Tx, caller: CanRead, paging: Paging) -> PageOf[ListingResponse]:
    """Listings in the order of their creation. Staff sees all, a provider its own."""
    after = UUID(paging.after["id"]) if paging.after else None
    found = await listing_queries.listings(tx, _only_of(caller), after, paging.limit + 1)
    return paging.page(
        [ListingResponse.of(listing, newest) for listing, newest in found], lambda item: {"id": str(item.listing_id)}
    )


@router.get(
    "/listings/{listing_id}",
    operation_id="read_listing",
    response_model=ListingDetails,
    responses=problems(*_DENIED, NotFound, Invalid),
)
async def read_listing(tx: Tx, caller: CanRead, response: Response, listing_id: UUID) -> ListingDetails:
    """The newest version and the live one side by side, and the ETag for changes."""
    view = await listing_queries.listing(tx, listing_id, _only_of(caller))
    response.headers["etag"] = etag(view.listing.version)
    return ListingDetails.of_view(view)


@router.put(
    "/listings/{listing_id}/draft",
    operation_id="write_draft",
    response_model=ListingResponse,
    responses=problems(
        *_DENIED, NotFound, Invalid, CategoryFixed, KindFixed, UnderReview, ListingRetired, AccountBlocked, *_VERSIONED
    ),
)
async def write_draft(
    tx: Tx, caller: CanWrite, response: Response, version: IfMatch, listing_id: UUID, body: ListingRequest
) -> ListingResponse:
    """Changes the open draft, or begins the successor of a decided version; the live one stays."""
    listing, draft = await use_cases.write_draft(
        tx, listing_id, caller.subject, version, body.kind, body.content(), body.removed_markup()
    )
    response.headers["etag"] = etag(listing.version)
    return ListingResponse.of(listing, draft)


@router.post(
    "/listings/{listing_id}/submission",
    operation_id="submit_listing",
    response_model=ListingResponse,
    responses=problems(
        *_DENIED,
        NotFound,
        Invalid,
        NothingToSubmit,
        ScreeningBlocked,
        PublishBlocked,
        AccountBlocked,
        ListingRetired,
        StaleVersion,
    ),
)
async def submit_listing(
    caller: CanWrite, looking: Looking, knobs: Knobs, request: Request, response: Response, listing_id: UUID
) -> ListingResponse:
    """The draft goes to the reviewers, unless a finding or a cause forbids it. Submitting again changes nothing.

    Its callback address is looked at between two transactions, so that a slow name holds nothing.
    """
    db: Database = request.app.state.db
    context = replace(current_context(), actor=caller.subject)
    async with db.transaction(context) as tx:
        url = await listing_queries.callback_of_draft(tx, listing_id, caller.subject)
    looked = await looking.look_at(url)
    terms = Terms(knobs.review_due_business_days, knobs.review_light_due_business_days)
    async with db.transaction(context) as tx:
        listing, version = await use_cases.submit_listing(tx, listing_id, caller.subject, terms, looked)
    response.headers["etag"] = etag(listing.version)
    return ListingResponse.of(listing, version)


@router.post(
    "/listings/{listing_id}/delisting",
    operation_id="delist_listing",
    response_model=ListingResponse,
    responses=problems(*_DENIED, OwnProvider, NotFound, Invalid, NeverPublished, ListingRetired, *_VERSIONED),
)
async def delist_listing(
    tx: Tx, caller: CanDelist, response: Response, version: IfMatch, listing_id: UUID, body: DelistingRequest
) -> ListingResponse:
    """Takes the listing off the market; what was sold runs on. Only a version submitted later brings it back."""
    only_of = None if caller.has(Role.OFFICER) else caller.subject
    listing, newest = await delistings.delist_listing(
        tx, listing_id, version, caller.subject, body.reason, only_of=only_of
    )
    response.headers["etag"] = etag(listing.version)
    return ListingResponse.of(listing, newest)


@router.post(
    "/listings/{listing_id}/retirement",
    operation_id="retire_listing",
    response_model=ListingResponse,
    responses=problems(*_DENIED, NotFound, Invalid, *_VERSIONED),
)
async def retire_listing(
    tx: Tx, caller: CanWrite, response: Response, version: IfMatch, listing_id: UUID, body: RetirementRequest
) -> ListingResponse:
    """The provider ends the listing. Nothing more is sold; what was sold runs on."""
    listing, newest = await use_cases.retire_listing(tx, listing_id, caller.subject, version, body.reason)
    response.headers["etag"] = etag(listing.version)
    return ListingResponse.of(listing, newest)
