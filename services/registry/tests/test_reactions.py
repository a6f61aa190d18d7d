"""What moves the registry from outside."""

from typing import Any

import pytest

from services.registry import store
from services.registry.queries import explanations
from services.registry.reactions import REACTIONS, audit_sealed
from services.registry.reactions.restriction_changed import keep_restriction
from services.registry.tests.builders import NOW, a_cause, an_applicant, received_restriction, told
from shared.contracts.audit import AuditSealed
from shared.contracts.catalog import (
    ListingDelisted,
    ListingKind,
    ListingLifecycle,
    ListingPublished,
    ListingRelisted,
    ListingRetired,
    ListingState,
    ListingUpdated,
)
from shared.contracts.effects import Effect, Target
from shared.contracts.envelope import Envelope
from shared.contracts.registry import Standing
from shared.ids import new_id
from shared.messaging.reaction import Received


async def test_a_restriction_is_explained_but_writes_nobodys_standing(db):
    provider = await an_applicant(db)
    facts = await told(db)
    target = Target(kind="provider", id=provider.provider_id)
    async with db.transaction() as tx:
        await keep_restriction(tx, [received_restriction(target, a_cause(Effect.SETTLE))])
    async with db.transaction() as tx:
        found, effects = await explanations.explanation(tx, provider.provider_id, "")
    assert [because.source for because in effects[Effect.SETTLE]] == ["restriction"]
    assert (found.standing, found.version) == (Standing.APPLIED, 1)
    assert await told(db) == facts


async def test_a_restriction_of_one_category_shows_when_that_category_is_asked_for(db):
    provider = await an_applicant(db)
    target = Target(kind="provider_category", id=provider.provider_id, category="erp")
    async with db.transaction() as tx:
        await keep_restriction(tx, [received_restriction(target, a_cause(Effect.SETTLE))])
    async with db.transaction() as tx:
        assert [len(await store.causes(tx, provider.provider_id, code)) for code in ("", "erp", "design")] == [0, 1, 0]


async def test_a_restriction_of_a_provider_that_is_not_known_yet_is_kept(db):
    target = Target(kind="provider", id=new_id())
    async with db.transaction() as tx:
        await keep_restriction(tx, [received_restriction(target, a_cause(Effect.ORDER))])
        assert len(await store.causes(tx, target.id)) == 1


async def test_a_later_restriction_supersedes_and_an_earlier_one_is_ignored(db):
    target = Target(kind="provider", id=new_id())
    async with db.transaction() as tx:
        await keep_restriction(tx, [received_restriction(target, sequence=2)])
        await keep_restriction(tx, [received_restriction(target, a_cause(Effect.ORDER), sequence=1)])
        assert await store.causes(tx, target.id) == []


async def test_a_restriction_on_a_listing_is_kept_and_held_against_no_provider(db):
    provider = await an_applicant(db)
    target = Target(kind="listing", id=new_id())
    async with db.transaction() as tx:
        await keep_restriction(tx, [received_restriction(target, a_cause(Effect.ORDER))])
        assert await tx.driver.fetchval("SELECT count(*) FROM restriction") == 1
        assert await store.causes(tx, provider.provider_id) == []


async def test_only_enforcements_seals_are_kept_and_a_contradiction_stays_visible(db):
    for service, head in (("enforcement", "aa"), ("enforcement", "aa"), ("enforcement", "bb"), ("orders", "cc")):
        sealed = AuditSealed(service=service, count=7, head_hash=head, sealed_at=NOW)
        async with db.transaction() as tx:
            await audit_sealed.keep_anchor(tx, sealed)
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT service, count, head_hash FROM audit_anchor ORDER BY head_hash")
    assert [tuple(row) for row in rows] == [("enforcement", 7, "aa"), ("enforcement", 7, "bb")]


def listing_said(kind: type[ListingState], provider_id: Any, lifecycle: ListingLifecycle) -> list[Received[Any]]:
    values: dict[str, Any] = {
        "listing_id": provider_id, "provider_id": provider_id, "kind": ListingKind.APPLICATION, "category": "erp",
        "name": "Stock keeper", "callback_url": "https://provider.example/hook", "plans": (), "lifecycle": lifecycle,
        "version": 1, "published_at": NOW,
    }  # fmt: skip
    event = kind(**values, **({"reviewed_at": NOW} if kind is ListingRelisted else {}))
    return [Received(event, Envelope(new_id(), event.wire.name, "catalog", NOW, event.key, 1, "story"))]


@pytest.mark.parametrize(
    ("kind", "lifecycle"),
    [
        (ListingPublished, ListingLifecycle.LIVE),
        (ListingUpdated, ListingLifecycle.LIVE),
        (ListingDelisted, ListingLifecycle.DELISTED),
        (ListingRelisted, ListingLifecycle.LIVE),
        (ListingRetired, ListingLifecycle.RETIRED),
    ],
)
async def test_what_is_on_sale_keeps_its_provider_from_leaving_and_nothing_else_does(db, kind, lifecycle):
    provider_id = new_id()
    reaction = next(reaction for reaction in REACTIONS if reaction.event is kind)
    async with db.transaction() as tx:
        await reaction.handle(tx, listing_said(kind, provider_id, lifecycle))
        found = await store.obligations.open_obligations(tx, provider_id)
    assert [one.kind.value for one in found] == (["listing_on_sale"] if lifecycle is ListingLifecycle.LIVE else [])
