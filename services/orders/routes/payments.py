"""Beginning a payment, and hearing the payment server."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.orders.domain.errors import (
    ForgedWebhook,
    OrderBlocked,
    PaymentMismatch,
    UnknownOrder,
    UnreadableWebhook,
    WrongOrderStatus,
)
from services.orders.payment_server import PaymentServer, PaymentSucceeded, read_webhook
from services.orders.routes.orders import CanBuy
from services.orders.schemas import PaymentResponse
from services.orders.settings import OrdersSettings
from services.orders.use_cases import paying
from services.orders.use_cases.refunding import complete_refund
from shared.context import current_context
from shared.db.transaction import Database
from shared.errors import KeyReused
from shared.http.idempotency import KEY_PARAMETER, Attempt, place_of
from shared.http.problems import problems

router = APIRouter(tags=["payments"])

_WEBHOOK_BODY: dict[str, Any] = {
    "required": True,
    "description": "Signed by Standard Webhooks: webhook-id, webhook-timestamp, webhook-signature.",
    "content": {
        "application/json": {
            "schema": {"type": "object", "properties": {"type": {"type": "string"}, "data": {"type": "object"}}},
            "example": {
                "type": "payment.succeeded",
                "timestamp": "2026-01-01T00:00:00Z",
                "data": {
                    "payment_id": "pay_1",
                    "order_id": "0192f3c1-0000-7000-8000-000000000000",
                    "amount_fen": 9900,
                    "currency": "CNY",
                },
            },
        }
    },
}


@router.post(
    "/orders/{order_id}/payment",
    operation_id="begin_payment",
    status_code=201,
    response_model=PaymentResponse,
    responses=problems(UnknownOrder, WrongOrderStatus, OrderBlocked, KeyReused),
    openapi_extra=KEY_PARAMETER,
)
async def begin_payment(order_id: UUID, caller: CanBuy, request: Request) -> Response:
    """Opens a payment at the payment server. It is asked between two transactions, so a slow server holds nothing."""
    db: Database = request.app.state.db
    settings: OrdersSettings = request.app.state.settings
    place = await place_of(request, caller)
    context = replace(current_context(), actor=caller.subject)
    async with db.transaction(context) as tx:
        attempt = Attempt(tx, place, request)
        if (kept := await attempt.kept()) is not None:
            return kept
        due = await paying.prepare_payment(tx, caller.subject, order_id)
        if due.order.price_fen == 0:
            order = await paying.confirm_free_order(tx, order_id)
            return attempt.answer(201, PaymentResponse.of(order, None))
        if due.payment is not None:
            return attempt.answer(201, PaymentResponse.of(due.order, due.payment))
    opened = await PaymentServer.of(settings).open_payment(order_id, due.order.price_fen)
    async with db.transaction(context) as tx:
        silence = timedelta(seconds=settings.payment_silence_seconds)
        payment = await paying.begin_payment(tx, order_id, opened.payment_id, opened.pay_url, silence)
        return Attempt(tx, place, request).answer(201, PaymentResponse.of(due.order, payment))


@router.post(
    "/payment-webhooks",
    operation_id="hear_payment_server",
    status_code=204,
    response_class=Response,
    responses=problems(ForgedWebhook, UnreadableWebhook, UnknownOrder, PaymentMismatch),
    openapi_extra={"requestBody": _WEBHOOK_BODY},
)
async def hear_payment_server(request: Request) -> Response:
    """What the payment server says of payments and refunds. Said twice, late or out of order, it does no harm."""
    settings: OrdersSettings = request.app.state.settings
    secret = settings.payment_webhook_secret.get_secret_value()
    # Proved before a transaction is opened, so that a stranger costs no database connection.
    said = read_webhook(secret, request.headers, await request.body())
    if said is None:
        return Response(status_code=204)
    db: Database = request.app.state.db
    async with db.transaction(replace(current_context(), actor="payment-server")) as tx:
        if isinstance(said, PaymentSucceeded):
            await paying.confirm_payment(tx, said.confirmation)
        else:
            await complete_refund(tx, said.data.refund_id)
    return Response(status_code=204)
