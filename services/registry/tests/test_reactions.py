"""What moves the registry from outside."""

from services.registry import store
from services.registry.queries import explanations
from services.registry.reactions import audit_sealed
from services.registry.reactions.restriction_changed import keep_restriction
from services.registry.tests.builders import NOW, a_cause, an_applicant, received_restriction, told
from shared.contracts.audit import AuditSealed
from shared.contracts.effects import Effect, Target
from shared.contracts.registry import Standing
from shared.ids import new_id


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
