"""What everybody may read: the market, a listing's page and why it is as it is."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Query, Request, Response

from services.catalog.domain.storefront import Filters, Position, Sort
from services.catalog.queries import market
from services.catalog.queries.explanations import explanation
from services.catalog.queries.facets import facets
from services.catalog.queries.pages import page
from services.catalog.schemas.explanations import ExplanationResponse
from services.catalog.schemas.market import (
    FacetsResponse,
    FilterRequest,
    OfferItem,
    OfferPage,
    SearchRequest,
    SuggestionItem,
    SuggestionsRequest,
    SuggestionsResponse,
    items_json,
    page_json,
)
from shared.db.transaction import Database, Transaction
from shared.errors import Invalid, NotFound
from shared.http.dependencies import Tx
from shared.http.hot import HotRoute
from shared.http.pagination import PageOf, PageRequest
from shared.http.problems import problems

router = APIRouter()
storefront = APIRouter(route_class=HotRoute)

_SUGGESTED = 10
_AT_ONCE = 3
_turns: WeakKeyDictionary[Database, asyncio.Semaphore] = WeakKeyDictionary()
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Unchanged since the ETag of If-None-Match"}}
_IF_NONE_MATCH = {"parameters": [{"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}]}


@storefront.get(
    "/market",
    operation_id="search_market",
    response_model=PageOf[OfferItem],
    responses=_UNCHANGED | problems(Invalid),
    openapi_extra=_IF_NONE_MATCH,
)
async def search_market(request: Request, asked: Annotated[SearchRequest, Query()]) -> Response:
    """Visible listings by words and filters. There is no count, and a cursor is of one question only."""
    paging = asked.page_request(request)
    after = _position(paging, asked)
    async with _turn(request) as tx:
        rows = await market.search(tx, await _filters(tx, asked), asked.sort, after, paging.limit + 1)
    kept = rows[: paging.limit]
    following = paging.cursor(_told(asked, kept[-1])) if len(rows) > paging.limit else None
    return _tagged(request, items_json(kept, following))


@storefront.get(
    "/market/facets",
    operation_id="count_market_facets",
    response_model=FacetsResponse,
    responses=_UNCHANGED | problems(Invalid),
    openapi_extra=_IF_NONE_MATCH,
)
async def count_market_facets(request: Request, asked: Annotated[FilterRequest, Query()]) -> Response:
    """How many of the visible listings that fit lie in each category, price, rating and availability band."""
    async with _turn(request) as tx:
        found = await facets(tx, await _filters(tx, asked))
    return _tagged(request, FacetsResponse.of(found).model_dump_json().encode())


@storefront.get(
    "/market/suggestions",
    operation_id="suggest_market_names",
    response_model=SuggestionsResponse,
    responses=_UNCHANGED | problems(Invalid),
    openapi_extra=_IF_NONE_MATCH,
)
async def suggest_market_names(request: Request, asked: Annotated[SuggestionsRequest, Query()]) -> Response:
    """Names of visible listings that go on as what is being typed."""
    async with _turn(request) as tx:
        rows = await market.suggest(tx, asked.q, _SUGGESTED)
    items = [SuggestionItem(listing_id=row["listing_id"], name=row["name"]) for row in rows]
    return _tagged(request, SuggestionsResponse(items=items).model_dump_json().encode())


@storefront.get(
    "/market/{listing_id}",
    operation_id="show_market_listing",
    response_model=OfferPage,
    responses=_UNCHANGED | problems(NotFound, Invalid),
    openapi_extra=_IF_NONE_MATCH,
)
async def show_market_listing(request: Request, listing_id: UUID) -> Response:
    """The page of one listing. Its ETag changes with everything on it, also with what a restriction takes away."""
    return _tagged(request, page_json(await page(request.app.state.db, listing_id)))


@router.get(
    "/listings/{listing_id}/explanation",
    operation_id="explain_listing",
    response_model=ExplanationResponse,
    responses=problems(NotFound, Invalid),
)
async def explain_listing(tx: Tx, listing_id: UUID) -> ExplanationResponse:
    """For every effect: is it blocked, by what, under which clause and decision, and when that changes by itself."""
    return ExplanationResponse.of(await explanation(tx, listing_id))


@asynccontextmanager
async def _turn(request: Request) -> AsyncIterator[Transaction]:
    """Few searches of a process run at once: each is mostly work for the database, and sharing it makes all slower."""
    db: Database = request.app.state.db
    async with _turns.setdefault(db, asyncio.Semaphore(_AT_ONCE)), db.brief() as tx:
        yield tx


def _tagged(request: Request, body: bytes) -> Response:
    """To be asked again each time: what is hidden now is not shown by anybody's cache."""
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    known = request.headers.get("if-none-match", "")
    if tag in (name.strip().removeprefix("W/") for name in known.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


async def _filters(tx: Transaction, asked: FilterRequest) -> Filters:
    return asked.filters(await market.categories_below(tx, asked.category) if asked.category else None)


def _question(asked: SearchRequest) -> str:
    told = asked.model_dump_json(exclude={"limit", "cursor"})
    return hashlib.blake2b(told.encode(), digest_size=6).hexdigest()


def _told(asked: SearchRequest, row: Any) -> dict[str, Any]:
    key = row["key"].isoformat() if isinstance(row["key"], datetime) else row["key"]
    return {"of": _question(asked), "tier": row["tier"], "key": key, "id": str(row["listing_id"])}


def _position(paging: PageRequest, asked: SearchRequest) -> Position | None:
    at = paging.after
    if at is None:
        return None
    if at.get("of") != _question(asked):
        raise Invalid(
            "The cursor belongs to another question; start again without it.",
            errors=[{"pointer": "/cursor", "in": "query", "message": "is a cursor of other words, filters or order"}],
        )
    by_time = asked.sort in (Sort.RELEVANCE, Sort.NEWEST)
    return Position(at["tier"], datetime.fromisoformat(at["key"]) if by_time else float(at["key"]), UUID(at["id"]))
