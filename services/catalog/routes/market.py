"""What everybody may read: the market, a listing's page and why it is as it is."""

import hashlib
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from pydantic import StringConstraints

from services.catalog.queries import market
from services.catalog.queries.listings import explanation
from services.catalog.schemas.market import (
    ExplanationResponse,
    OfferItem,
    OfferPage,
)
from shared.errors import Invalid, NotFound
from shared.http.dependencies import Tx
from shared.http.fields import Slug
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems

router = APIRouter()

_Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00]*$")]


@router.get("/market", operation_id="search_market", response_model=PageOf[OfferItem], responses=problems(Invalid))
async def search_market(
    tx: Tx, paging: Paging, q: Annotated[_Words, Query()] = "", category: Annotated[Slug | None, Query()] = None
) -> PageOf[OfferItem]:
    """The newest listings first; `category` includes everything below it. There is no count that could tell more."""
    after = paging.after and (datetime.fromisoformat(paging.after["at"]), UUID(paging.after["id"]))
    found = await market.search(tx, q, category or "", after or None, paging.limit + 1)
    return paging.page(
        [OfferItem.of(offer) for offer in found],
        lambda item: {"at": item.published_at.isoformat(), "id": str(item.listing_id)},
    )


@router.get(
    "/market/{listing_id}",
    operation_id="show_market_listing",
    response_model=OfferPage,
    responses={304: {"description": "Unchanged since the ETag of If-None-Match"}, **problems(NotFound, Invalid)},
)
async def show_market_listing(
    tx: Tx, listing_id: UUID, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """The page of one listing. Its ETag changes with everything on it, also with what a restriction takes away."""
    body = OfferPage.of(await market.offer(tx, listing_id)).model_dump_json().encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    if if_none_match is not None and tag in (known.strip().removeprefix("W/") for known in if_none_match.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@router.get(
    "/listings/{listing_id}/explanation",
    operation_id="explain_listing",
    response_model=ExplanationResponse,
    responses=problems(NotFound, Invalid),
)
async def explain_listing(tx: Tx, listing_id: UUID) -> ExplanationResponse:
    """For every effect: is it blocked for this listing, by what, under which clause and decision, and until when."""
    listing, effects = await explanation(tx, listing_id)
    return ExplanationResponse.of(listing, tx.now, effects)
