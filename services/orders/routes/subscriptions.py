"""Subscriptions, their renewal, and whether a listing may be used now."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.orders import queries
from services.orders.domain.errors import (
    PriceChanged,
    RenewalBlocked,
    SubscriptionEnded,
    UnknownListing,
    UnknownPlan,
    UnknownSubscription,
)
from services.orders.routes.orders import CanBuy
from services.orders.schemas import EntitlementResponse, OrderResponse, RenewalRequest, SubscriptionResponse
from services.orders.use_cases import ordering
from shared.errors import KeyReused
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems

router = APIRouter(tags=["subscriptions"])


@router.get("/subscriptions", operation_id="list_subscriptions", response_model=PageOf[SubscriptionResponse])
async def list_subscriptions(caller: CanBuy, tx: Tx, paging: Paging) -> PageOf[SubscriptionResponse]:
    """The caller's subscriptions, the newest first."""
    before = UUID(paging.after["subscription_id"]) if paging.after else None
    found = await queries.subscriptions_of(tx, caller.subject, before, paging.limit + 1)
    page = paging.page(found, lambda row: {"subscription_id": row.subscription_id})
    return PageOf(items=[SubscriptionResponse.of(row) for row in page.items], next=page.next)


@router.post(
    "/subscriptions/{subscription_id}/renewals",
    operation_id="renew_subscription",
    status_code=201,
    response_model=OrderResponse,
    responses=problems(
        UnknownSubscription, UnknownListing, UnknownPlan, PriceChanged, RenewalBlocked, SubscriptionEnded, KeyReused
    ),
)
async def renew_subscription(
    subscription_id: UUID, body: RenewalRequest, caller: CanBuy, tx: Tx, once: Once, request: Request
) -> Response:
    """Orders a further period, which begins where the running one ends."""
    if (kept := await once.kept()) is not None:
        return kept
    order = await ordering.renew_subscription(
        tx,
        caller.subject,
        subscription_id,
        body.plan_id,
        body.price_fen,
        request.app.state.settings.technical_fee_basis_points,
    )
    return once.answer(201, OrderResponse.of(order, None), location=f"/v1/orders/{order.order_id}")


@router.get(
    "/entitlements/{listing_id}",
    operation_id="get_entitlement",
    response_model=EntitlementResponse,
    responses=problems(UnknownListing),
)
async def get_entitlement(listing_id: UUID, caller: CanBuy, tx: Tx) -> EntitlementResponse:
    """May the caller use this listing now, until when, and if not, why."""
    return EntitlementResponse.of(listing_id, await queries.entitlement_of(tx, caller.subject, listing_id))
