"""Placing, reading and cancelling orders."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.orders import queries
from services.orders.domain.errors import (
    AlreadySubscribed,
    OrderBlocked,
    PriceChanged,
    UnknownListing,
    UnknownOrder,
    UnknownPlan,
    WrongOrderStatus,
)
from services.orders.schemas import OrderRequest, OrderResponse
from services.orders.use_cases import ordering
from shared.context import current_context
from shared.db.transaction import Database
from shared.errors import KeyReused
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.hot import HotRoute
from shared.http.idempotency import KEY_PARAMETER, Attempt, place_of
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems

router = APIRouter(tags=["orders"])
hot = APIRouter(tags=["orders"], route_class=HotRoute)
CanBuy = Annotated[Caller, requires(Role.MERCHANT)]


@hot.post(
    "/orders",
    operation_id="place_order",
    status_code=201,
    response_model=OrderResponse,
    responses=problems(UnknownListing, UnknownPlan, PriceChanged, OrderBlocked, AlreadySubscribed, KeyReused),
    openapi_extra=KEY_PARAMETER,
)
async def place_order(body: OrderRequest, caller: CanBuy, request: Request) -> Response:
    """Orders a plan at its published price. A hot path: one SELECT, one statement that writes, no more."""
    place = await place_of(request, caller)
    db: Database = request.app.state.db
    async with db.brief(replace(current_context(), actor=caller.subject)) as tx:
        attempt = Attempt(tx, place, request)
        kept, offer = await attempt.kept_with(ordering.OFFER, body.listing_id, caller.subject, tx.now)
        if kept is not None:
            return kept
        wish = ordering.Wish(caller.subject, body.listing_id, body.plan_id, body.price_fen)
        order = ordering.place_order(tx, wish, offer, request.app.state.settings.technical_fee_basis_points)
        return attempt.answer(201, OrderResponse.of(order, None), location=f"/v1/orders/{order.order_id}")


@router.get("/orders", operation_id="list_orders", response_model=PageOf[OrderResponse])
async def list_orders(caller: CanBuy, tx: Tx, paging: Paging) -> PageOf[OrderResponse]:
    """The caller's orders, the newest first."""
    before = UUID(paging.after["order_id"]) if paging.after else None
    found = await queries.orders_of(tx, caller.subject, before, paging.limit + 1)
    page = paging.page(found, lambda row: {"order_id": row[0].order_id})
    return PageOf(items=[OrderResponse.of(*row) for row in page.items], next=page.next)


@router.get(
    "/orders/{order_id}",
    operation_id="get_order",
    response_model=OrderResponse,
    responses=problems(UnknownOrder),
)
async def get_order(order_id: UUID, caller: CanBuy, tx: Tx) -> OrderResponse:
    return OrderResponse.of(*await queries.order_of(tx, caller.subject, order_id))


@router.post(
    "/orders/{order_id}/cancellation",
    operation_id="cancel_order",
    response_model=OrderResponse,
    responses=problems(UnknownOrder, WrongOrderStatus),
)
async def cancel_order(order_id: UUID, caller: CanBuy, tx: Tx) -> OrderResponse:
    """Lets an unpaid order go; done twice, it is the same."""
    order = await ordering.cancel_order(tx, caller.subject, order_id)
    return OrderResponse.of(order, None)
