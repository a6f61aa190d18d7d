"""Things that tests need: defaults, and what varies."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.enforcement import rulebook_file
from services.enforcement.domain.case import Case, CaseOrigin, CaseStatus
from services.enforcement.domain.penalty import Penalty, apply
from services.enforcement.domain.rulebook import Measure, Rulebook, Scope
from services.enforcement.domain.violation import Violation
from services.enforcement.reactions import REACTIONS
from services.enforcement.use_cases.rulebooks import publish_rulebooks
from shared.contracts.catalog import ListingKind, ListingLifecycle, ListingPublished
from shared.contracts.effects import Target
from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.contracts.monitoring import OutageCause, OutageClosed, OutageOpened
from shared.contracts.registry import GroupChanged, Member, ProviderStandingChanged, ServiceStoppedEarly, Standing
from shared.db.transaction import Database
from shared.ids import new_id
from shared.messaging.reaction import Received

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RULEBOOK: Rulebook = rulebook_file.folder()[0]
DEFECT = "defective-application"


def an_outage(**varies: Any) -> OutageOpened:
    ended_at = varies.pop("ended_at", None)
    given: dict[str, Any] = {
        "outage_id": new_id(),
        "listing_id": new_id(),
        "provider_id": new_id(),
        "listing_kind": "application",
        "started_at": NOON,
        "ended_at": ended_at,
        "cause": OutageCause.UNKNOWN,
        "merchants_affected": 300,
        "evidence_hash": "0" * 64,
        **varies,
    }
    return OutageOpened(**given)


def closed(outage: OutageOpened, ended_at: datetime, **varies: Any) -> OutageClosed:
    return OutageClosed(**{**outage.model_dump(), "ended_at": ended_at, **varies})


def a_listing(**varies: Any) -> ListingPublished:
    given: dict[str, Any] = {
        "listing_id": new_id(),
        "provider_id": new_id(),
        "kind": ListingKind.APPLICATION,
        "category": "order-tools",
        "name": "Order helper",
        "callback_url": "https://provider.example/callback",
        "plans": (),
        "lifecycle": ListingLifecycle.LIVE,
        "version": 1,
        "published_at": NOON,
        **varies,
    }
    return ListingPublished(**given)


def a_provider(**varies: Any) -> ProviderStandingChanged:
    given: dict[str, Any] = {
        "provider_id": new_id(),
        "account_id": f"account-{new_id()}",
        "legal_name": "Helper Ltd",
        "standing": Standing.ADMITTED,
        "blocked": frozenset(),
        "categories": frozenset({"order-tools"}),
        **varies,
    }
    return ProviderStandingChanged(**given)


def a_group(*members: UUID, **varies: Any) -> GroupChanged:
    version = varies.pop("version", 1)
    given: dict[str, Any] = {
        "group_id": new_id(),
        "version": version,
        "members": tuple(Member(provider_id=member, since=NOON, basis="code") for member in members),
        "changed_at": NOON + timedelta(minutes=version),
        **varies,
    }
    return GroupChanged(**given)


def a_stop(**varies: Any) -> ServiceStoppedEarly:
    given: dict[str, Any] = {
        "provider_id": new_id(),
        "exit_id": new_id(),
        "listing_id": new_id(),
        "stopped_at": NOON,
        "due_until": NOON + timedelta(days=30),
        "evidence": "down for 26 hours",
        **varies,
    }
    return ServiceStoppedEarly(**given)


def a_case(**varies: Any) -> Case:
    given: dict[str, Any] = {
        "case_id": new_id(),
        "act": DEFECT,
        "clause": "6.3.2(4)",
        "rulebook": RULEBOOK.id,
        "rulebook_version": RULEBOOK.version,
        "provider_id": new_id(),
        "listing_id": new_id(),
        "origin": CaseOrigin.OUTAGE,
        "origin_id": new_id(),
        "status": CaseStatus.PROPOSED,
        "happened_at": NOON,
        "opened_at": NOON,
        "correlation_id": "story",
        **varies,
    }
    return Case(**given)


def a_violation(**varies: Any) -> Violation:
    given: dict[str, Any] = {
        "violation_id": new_id(),
        "case_id": new_id(),
        "provider_id": new_id(),
        "listing_id": new_id(),
        "category": "order-tools",
        "act": DEFECT,
        "clause": "6.3.2(4)",
        "rulebook": RULEBOOK.id,
        "rulebook_version": RULEBOOK.version,
        "decision_id": new_id(),
        "confirmed_by": "anna",
        "confirmed_at": NOON,
        "happened_at": NOON,
        "appeal_until": NOON + timedelta(days=180),
        "earlier": 0,
        "correlation_id": "story",
        **varies,
    }
    return Violation(**given)


def a_penalty(measure: str = "freeze", period: timedelta | None = None, target: Target | None = None) -> Penalty:
    row: Measure = RULEBOOK.measures[measure]
    violation = a_violation()
    hit = target or (violation.subject.targets(row.scope)[0] if row.scope is not Scope.AS_ORDERED else None)
    assert hit is not None
    return apply(new_id(), violation, row, hit, period)


def received(event: Event, sequence: int = 1, correlation_id: str = "story") -> Received[Any]:
    envelope = Envelope(
        id=new_id(),
        type=event.wire.name,
        source=event.wire.owner,
        time=NOON,
        subject=event.key,
        sequence=sequence,
        correlation_id=correlation_id,
    )
    return Received(event, envelope)


async def hear(db: Database, event: Event, sequence: int = 1, correlation_id: str = "story") -> None:
    """The service reacts to a fact, in a transaction of its own, as its consumer does."""
    reaction = next(reaction for reaction in REACTIONS if reaction.event is type(event))
    async with db.transaction() as tx:
        await reaction.handle(tx, [received(event, sequence, correlation_id)])


async def publish(db: Database) -> None:
    async with db.transaction() as tx:
        await publish_rulebooks(tx)


async def told(db: Database, name: str) -> Sequence[Any]:
    """The payloads of the facts of one type that the service has said, in order."""
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT payload FROM outbox WHERE type = $1 ORDER BY position", name)
    return [json.loads(row["payload"]) for row in rows]


async def the_case(db: Database, listing_id: UUID) -> tuple[UUID, int]:
    """The id and the version of the one case about a listing."""
    async with db.transaction() as tx:
        row = await tx.driver.fetchrow("SELECT case_id, version FROM case_file WHERE listing_id = $1", listing_id)
    assert row is not None, "no case was opened"
    return row["case_id"], row["version"]
