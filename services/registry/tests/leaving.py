"""What tests of exits need: an admitted provider with users, and facts of other services, applied as they come."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from services.registry import store
from services.registry.domain.exit import Exit
from services.registry.domain.provider import Provider
from services.registry.reactions import REACTIONS
from services.registry.tests.builders import a_cause, an_applicant
from services.registry.use_cases import exits
from services.registry.use_cases.standing import tell_if_changed
from shared.contracts.effects import Cause, Effect, Target
from shared.contracts.enforcement import CaseChanged, RestrictionChanged
from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.contracts.monitoring import OutageCause, OutageOpened
from shared.contracts.orders import (
    BalanceChanged,
    OrderPlaced,
    OrderUpdated,
    SubscriptionActivated,
    SubscriptionStatus,
)
from shared.contracts.registry import Standing
from shared.db.transaction import Database
from shared.ids import new_id
from shared.messaging.reaction import Received

DAY = timedelta(days=1)
EXPELLED = a_cause(*(set(Effect) - {Effect.SETTLE}), measure="expel", clause="2.7")
_sequences = count(1)


async def hear(db: Database, *events: Event) -> None:
    """Applies facts of other services as the consumer does: each by its reaction, in a transaction."""
    for event in events:
        reaction = next(reaction for reaction in REACTIONS if reaction.event is type(event))
        envelope = Envelope(
            new_id(), event.wire.name, event.wire.owner, db.clock(), event.key, next(_sequences), "story"
        )
        async with db.transaction() as tx:
            await reaction.handle(tx, [Received(event, envelope)])


async def an_admitted(db: Database, account_id: str = "account-1") -> UUID:
    applicant = await an_applicant(db, account_id)
    async with db.transaction() as tx:
        provider = await store.lock_provider(tx, applicant.provider_id)
        provider.become(Standing.ADMITTED)
        await tell_if_changed(tx, provider)
    return applicant.provider_id


async def a_request(db: Database, provider_id: UUID, account_id: str = "account-1") -> Exit:
    async with db.transaction() as tx:
        return await exits.request_exit(tx, provider_id, account_id, "we close down")


async def an_acceptance(db: Database, provider_id: UUID, version: int = 1) -> Exit:
    async with db.transaction() as tx:
        return await exits.accept_exit(tx, provider_id, version, "officer-1", "nothing is open")


async def the_exits(db: Database, provider_id: UUID) -> list[tuple[str, str]]:
    """(kind, status) of each exit, oldest first."""
    async with db.transaction() as tx:
        rows = await tx.driver.fetch(
            "SELECT kind, status FROM exit WHERE provider_id = $1 ORDER BY exit_id", provider_id
        )
        return [(row["kind"], row["status"]) for row in rows]


async def the_standing(db: Database, provider_id: UUID) -> Standing:
    async with db.transaction() as tx:
        return (await tx.session.get_one(Provider, provider_id)).standing


async def open_kinds(db: Database, provider_id: UUID) -> dict[str, int]:
    async with db.transaction() as tx:
        return {one.kind.value: one.count for one in await store.obligations.open_obligations(tx, provider_id)}


def a_subscription(
    provider_id: UUID,
    ends_at: datetime,
    *,
    listing_id: UUID | None = None,
    merchant_id: str = "merchant-1",
    status: SubscriptionStatus = SubscriptionStatus.ACTIVE,
) -> SubscriptionActivated:
    return SubscriptionActivated(
        subscription_id=new_id(),
        merchant_id=merchant_id,
        listing_id=listing_id or new_id(),
        provider_id=provider_id,
        status=status,
        starts_at=ends_at - 30 * DAY,
        ends_at=ends_at,
    )


def an_order(provider_id: UUID, at: datetime) -> OrderPlaced:
    return OrderPlaced(
        order_id=new_id(),
        merchant_id="merchant-1",
        listing_id=new_id(),
        provider_id=provider_id,
        plan_id="month",
        price_fen=9_900,
        placed_at=at,
    )


def finished(order: OrderPlaced, *, refund_pending: bool = False) -> OrderUpdated:
    shared = {
        name: getattr(order, name) for name in ("order_id", "merchant_id", "listing_id", "provider_id", "placed_at")
    }
    return OrderUpdated(**shared, is_open=False, refund_pending=refund_pending)


def a_balance(provider_id: UUID, at: datetime, *, owed: int = 0, due: int = 0) -> BalanceChanged:
    return BalanceChanged(provider_id=provider_id, owed_fen=owed, due_fen=due, changed_at=at)


def a_case(provider_id: UUID, at: datetime, *, kind: str = "violation", **values: Any) -> CaseChanged:
    defaults: dict[str, Any] = {"case_id": new_id(), "act": "an-act", "clause": "6.1.2(1)", "status": "open"}
    return CaseChanged(provider_id=provider_id, kind=kind, opened_at=at, **{**defaults, **values})


def a_restriction(provider_id: UUID, causes: Sequence[Cause]) -> RestrictionChanged:
    target = Target(kind="provider", id=provider_id)
    return RestrictionChanged(target_key=target.key, target=target, causes=tuple(causes))


def an_outage(provider_id: UUID, listing_id: UUID, started_at: datetime) -> OutageOpened:
    return OutageOpened(
        outage_id=new_id(),
        listing_id=listing_id,
        provider_id=provider_id,
        listing_kind="application",
        started_at=started_at,
        ended_at=None,
        cause=OutageCause.UNKNOWN,
        merchants_affected=12,
        evidence_hash="ab" * 32,
    )
