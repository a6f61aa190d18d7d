"""Facts of other services and merchants' steps, with defaults and what varies."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
from aiohttp import web
from standardwebhooks import Webhook

from deploy.devstack.payment.book import Book
from deploy.devstack.payment.faults import Faults
from deploy.devstack.payment.server import Sandbox
from services.orders.reactions import REACTIONS
from shared.contracts.catalog import ListingKind, ListingLifecycle, ListingPublished, ListingState, Plan
from shared.contracts.effects import Cause, Effect, Target
from shared.contracts.enforcement import RestrictionChanged
from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.contracts.registry import ProviderStandingChanged, Standing
from shared.db.transaction import Database
from shared.ids import new_id
from shared.messaging.reaction import Received

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
SECRET = "whsec_c2VjcmV0LW9mLXRoZS1wYXltZW50LXNlcnZlcg=="
FREEZE = frozenset({Effect.LIST, Effect.ORDER, Effect.RENEW})
CLEAR = FREEZE | {Effect.USE, Effect.CALL_API}
PLANS = (
    Plan(plan_id="month", title="one month", period_days=30, price_fen=9_900),
    Plan(plan_id="free", title="free for a week", period_days=7, price_fen=0),
)
_sequences = count(1)


def a_listing(
    listing_id: UUID | None = None,
    provider_id: UUID | None = None,
    lifecycle: ListingLifecycle = ListingLifecycle.LIVE,
    plans: tuple[Plan, ...] = PLANS,
    kind: type[ListingState] = ListingPublished,
    **more: Any,
) -> Any:
    return kind(
        listing_id=listing_id or new_id(),
        provider_id=provider_id or new_id(),
        kind=ListingKind.APPLICATION,
        category="erp",
        name="Stock keeper",
        callback_url="https://provider.example/callback",
        plans=plans,
        lifecycle=lifecycle,
        version=1,
        published_at=NOW,
        **more,
    )


def a_provider(
    provider_id: UUID, standing: Standing = Standing.ADMITTED, blocked: frozenset[Effect] = frozenset()
) -> ProviderStandingChanged:
    return ProviderStandingChanged(
        provider_id=provider_id,
        account_id="provider-1",
        legal_name="Example Ltd",
        standing=standing,
        blocked=blocked,
        categories=frozenset({"erp"}),
    )


def a_cause(
    effects: frozenset[Effect] = FREEZE, from_: datetime = NOW, until: datetime | None = None, clause: str = "6.3.2(4)"
) -> Cause:
    return Cause(
        penalty_id=new_id(),
        decision_id=new_id(),
        measure="freeze",
        clause=clause,
        measure_clause="6.5.4",
        effects=effects,
        from_=from_,
        until=until,
    )


def a_restriction(target: Target, *causes: Cause) -> RestrictionChanged:
    return RestrictionChanged(target_key=target.key, target=target, causes=causes)


def on_listing(listing_id: UUID) -> Target:
    return Target(kind="listing", id=listing_id)


def received(event: Event, sequence: int) -> Received[Any]:
    envelope = Envelope(new_id(), event.wire.name, event.wire.owner, NOW, event.key, sequence, "story")
    return Received(event, envelope)


async def hear(db: Database, *events: Event) -> None:
    """Applies facts of other services as the consumer does: each by its reaction, in a transaction."""
    for event in events:
        reaction = next(reaction for reaction in REACTIONS if reaction.event is type(event))
        async with db.transaction() as tx:
            await reaction.handle(tx, [received(event, next(_sequences))])


async def a_market(db: Database, **listing: Any) -> ListingPublished:
    """A live listing of an admitted provider, known to orders."""
    published: ListingPublished = a_listing(**listing)
    await hear(db, a_provider(published.provider_id), published)
    return published


async def place(client: httpx2.AsyncClient, listing_id: UUID, key: str = "", **body: Any) -> httpx2.Response:
    wish = {"listing_id": str(listing_id), "plan_id": "month", "price_fen": 9_900} | body
    return await client.post("/v1/orders", json=wish, headers={"Idempotency-Key": key or str(new_id())})


async def begin_payment(client: httpx2.AsyncClient, order_id: str, key: str = "") -> httpx2.Response:
    return await client.post(f"/v1/orders/{order_id}/payment", headers={"Idempotency-Key": key or str(new_id())})


def signed(content: str, secret: str = SECRET, at: datetime | None = None) -> dict[str, str]:
    moment = at or datetime.now(UTC)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", moment, content),
        "content-type": "application/json",
    }


@dataclass
class Bank:
    """The devstack's payment sandbox, over HTTP. Its webhooks are stopped: a test says them itself."""

    url: str
    book: Book
    faults: Faults

    def payments(self) -> list[dict[str, Any]]:
        return self.book.payments("", 100)

    def refunds(self) -> list[int]:
        return [refund["amount_fen"] for payment in self.payments() for refund in payment["refunds"]]


@asynccontextmanager
async def a_bank(folder: Path) -> AsyncIterator[Bank]:
    book = Book(folder / "payment.sqlite")
    sandbox = Sandbox(book, SECRET, "http://bank.test")
    sandbox.faults.webhooks_stopped = True
    runner = web.AppRunner(sandbox.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield Bank("http://127.0.0.1:{1}".format(*runner.addresses[0]), book, sandbox.faults)
    finally:
        await runner.cleanup()


def a_while(**of: float) -> timedelta:
    return timedelta(**of)
