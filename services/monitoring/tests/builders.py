"""Listings, subscriptions, restrictions and verdicts, with defaults and what varies."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.monitoring.domain.judging import Verdict, Vote
from services.monitoring.domain.timeline import State, milliseconds
from shared.contracts.catalog import ListingKind, ListingLifecycle, ListingPublished, Plan
from shared.contracts.effects import Cause, Effect, Target
from shared.contracts.enforcement import RestrictionChanged
from shared.contracts.envelope import Envelope
from shared.contracts.orders import SubscriptionActivated, SubscriptionStatus
from shared.contracts.registry import ProviderStandingChanged, Standing
from shared.ids import new_id
from shared.messaging.reaction import Received

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
LISTING = UUID(int=1)
PROVIDER = UUID(int=2)
STORY = "the-story"


def received(event, sequence=1, story=STORY):
    envelope = Envelope(
        id=new_id(), type=event.wire.name, source="test", time=AT, subject=event.key, sequence=sequence,
        correlation_id=story,
    )  # fmt: skip
    return Received(event, envelope)


def a_listing(kind=ListingPublished, **changes):
    values = {
        "listing_id": LISTING,
        "provider_id": PROVIDER,
        "kind": ListingKind.APPLICATION,
        "category": "erp",
        "name": "An application",
        "callback_url": "https://provider.example/hook",
        "plans": (Plan(plan_id="m", title="month", period_days=30, price_fen=9900),),
        "lifecycle": ListingLifecycle.LIVE,
        "version": 1,
        "published_at": AT,
    }
    return kind(**(values | changes))


def a_subscription(merchant, kind=SubscriptionActivated, **changes):
    values = {
        "subscription_id": new_id(),
        "merchant_id": merchant,
        "listing_id": LISTING,
        "provider_id": PROVIDER,
        "status": SubscriptionStatus.ACTIVE,
        "starts_at": AT - timedelta(days=1),
        "ends_at": AT + timedelta(days=30),
    }
    return kind(**(values | changes))


def a_standing(provider_id=PROVIDER, **changes):
    values = {"account_id": "account-1", "legal_name": "Example Ltd", "blocked": frozenset(), "categories": frozenset()}
    return ProviderStandingChanged(provider_id=provider_id, **({"standing": Standing.EXITING} | values | changes))


def a_cause(*effects, from_=AT, until=None):
    return Cause(
        penalty_id=new_id(), decision_id=new_id(), measure="clear", clause="6.5.5",
        effects=frozenset(effects or (Effect.USE,)), from_=from_, until=until,
    )  # fmt: skip


def a_restriction(*causes, target=None):
    target = target or Target(kind="listing", id=LISTING)
    return RestrictionChanged(target_key=target.key, target=target, causes=causes)


def a_verdict(state, at=AT, *, vantages=("north", "south")):
    at_ms = milliseconds(at)
    up = {State.UP: True, State.DOWN: False}.get(state)
    reason = "refused" if up is False else ""
    votes = tuple(Vote(name, at_ms, up, reason, f"hash-{name}" if reason else "") for name in vantages)
    return Verdict(state, at_ms, at_ms, votes, reason)


async def told(db):
    """What was said so far, oldest first."""
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT type, payload, correlation_id FROM outbox ORDER BY position")
    return [(row["type"], json.loads(row["payload"]), row["correlation_id"]) for row in rows]
