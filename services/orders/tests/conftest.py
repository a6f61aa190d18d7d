"""A market with a real payment server, as merchants meet it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from services.orders.payment_server import PaymentServer
from services.orders.tasks import ask_for_silent_payments, pay_due_refunds
from services.orders.tests.builders import (
    SECRET,
    Bank,
    a_bank,
    begin_payment,
    place,
    signed,
)
from shared.clock import SettableClock
from shared.db.transaction import Database

ORDERS = "http://127.0.0.1:9"  # nobody listens there


@dataclass
class Shop:
    """One merchant's view, and what stands behind it."""

    db: Database
    clock: SettableClock
    client: httpx2.AsyncClient
    other: httpx2.AsyncClient
    bank: Bank

    @property
    def port(self) -> PaymentServer:
        return PaymentServer(self.bank.url, f"{ORDERS}/v1/payment-webhooks", 2.0)

    async def order(self, listing_id: UUID, **body: Any) -> dict[str, Any]:
        answer = await place(self.client, listing_id, **body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def begin(self, order_id: str) -> dict[str, Any]:
        answer = await begin_payment(self.client, order_id)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def pay(self, order_id: str) -> None:
        """The merchant pays, and the webhook comes."""
        payment = await self.begin(order_id)
        self.bank.book.pay(payment["payment_id"], 1, 0)
        answer = await self.webhook(payment_id=payment["payment_id"], order_id=order_id)
        assert answer.status_code == 204, answer.text

    async def buy(self, listing_id: UUID, **body: Any) -> str:
        order = await self.order(listing_id, **body)
        await self.pay(order["order_id"])
        return str(order["order_id"])

    async def webhook(self, kind: str = "payment.succeeded", secret: str = SECRET, **data: Any) -> httpx2.Response:
        about = {"amount_fen": 9_900, "currency": "CNY"} | data if kind == "payment.succeeded" else data
        content = json.dumps({"type": kind, "timestamp": "2026-01-01T00:00:00Z", "data": about})
        return await self.client.post("/v1/payment-webhooks", content=content, headers=signed(content, secret))

    async def status(self, order_id: str) -> str:
        return str((await self.client.get(f"/v1/orders/{order_id}")).json()["status"])

    async def entitlement(self, listing_id: UUID) -> dict[str, Any]:
        return dict((await self.client.get(f"/v1/entitlements/{listing_id}")).json())

    async def pay_refunds(self) -> int:
        return await pay_due_refunds(self.db, self.port)

    async def ask(self) -> int:
        return await ask_for_silent_payments(self.db, self.port)

    async def facts(self, kind: str = "") -> list[dict[str, Any]]:
        async with self.db.transaction() as tx:
            rows = await tx.driver.fetch(
                "SELECT type, payload FROM outbox WHERE type LIKE $1 || '%' ORDER BY position", kind
            )
        return [{"type": row["type"], **json.loads(row["payload"])} for row in rows]

    async def balances(self) -> dict[str, int]:
        async with self.db.transaction() as tx:
            rows = await tx.driver.fetch("SELECT account, sum(amount_fen)::bigint AS fen FROM posting GROUP BY account")
        return {row["account"].partition(":")[0]: row["fen"] for row in rows}


@pytest.fixture
async def shop(
    db: Database,
    clock: SettableClock,
    client_for: Callable[..., Awaitable[httpx2.AsyncClient]],
    token: Callable[..., str],
    tmp_path: Path,
) -> AsyncIterator[Shop]:
    async with a_bank(tmp_path) as bank:
        knobs = {"payment_url": bank.url, "payment_webhook_secret": SECRET, "public_url": ORDERS}
        client = await client_for("orders", db, token("merchant", "merchant-a"), **knobs)
        other = await client_for("orders", db, token("merchant", "merchant-b"), **knobs)
        yield Shop(db, clock, client, other, bank)
