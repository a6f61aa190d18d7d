"""The HTTP interface of orders."""

from fastapi import APIRouter

from services.orders.routes import ledger, orders, payments, subscriptions

router = APIRouter(prefix="/v1")
for part in (orders, payments, subscriptions, ledger):
    router.include_router(part.router)
