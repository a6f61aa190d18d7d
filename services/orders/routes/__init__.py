"""The HTTP interface of orders."""

from fastapi import APIRouter

from services.orders.routes import ledger, orders, payments, reviews, subscriptions

router = APIRouter(prefix="/v1")
for part in (orders.hot, orders.router, payments.router, subscriptions.router, reviews.router, ledger.router):
    router.include_router(part)
