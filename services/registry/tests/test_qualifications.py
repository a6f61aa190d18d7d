"""Qualifications on a real database: granted, renewed, revoked, reminded of, ended, won back after a penalty."""

from datetime import timedelta

import pytest

from services.registry import store
from services.registry.domain.document import Document
from services.registry.domain.errors import NoRequirement, OwnProvider, QualificationEnded
from services.registry.domain.person import PersonRole
from services.registry.domain.qualification import StepKind
from services.registry.domain.requirement import Proof
from services.registry.queries.explanations import explanation
from services.registry.tests.builders import a_cause, answer, found, told
from services.registry.tests.leaving import an_admitted, hear
from services.registry.use_cases import qualification_ends, qualifications
from services.registry.use_cases import qualification_requests as requests
from shared.contracts.effects import Effect, Target
from shared.contracts.enforcement import RestrictionChanged
from shared.contracts.registry import ProviderStandingChanged, QualificationGranted
from shared.errors import Invalid, StaleVersion
from shared.ids import new_id

DAY = timedelta(days=1)
OFF_SALE = {Effect.LIST, Effect.ORDER, Effect.PUBLISH}


async def grant(db, provider_id, expires_at=None, category="erp", by="officer-1"):
    async with db.transaction() as tx:
        await qualifications.grant_qualification(tx, provider_id, by, category, expires_at, "fine")


async def revoke(db, provider_id, category="erp", by="officer-1", version=None):
    async with db.transaction() as tx:
        at = version or (await found(tx, provider_id)).version
        await qualifications.revoke_qualification(tx, provider_id, at, by, category, "licence withdrawn")


async def tick(db):
    for job in (qualification_ends.remind_of_expiries, qualification_ends.tell_expiries):
        moved = 1
        while moved:
            async with db.transaction() as tx:
                moved = await job(tx)


async def last_standing(db):
    facts = [body for name, body in await told(db) if name == "provider.standing_changed"]
    return ProviderStandingChanged.model_validate_json(facts[-1])


async def notices(db):
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT kind, title_en FROM notice WHERE kind LIKE 'qualification.%'")
        return sorted((row["kind"].removeprefix("qualification."), row["title_en"]) for row in rows)


async def blocked_in(db, provider_id, category="erp"):
    """{effect: sources} of what is blocked for the provider by its qualification."""
    async with db.transaction() as tx:
        _, effects = await explanation(tx, provider_id, category)
    return {
        e for e, causes in effects.items() if any(c.source == "qualification" and c.clause == "3.2" for c in causes)
    }


async def history(db, provider_id):
    async with db.transaction() as tx:
        return [step.kind for step in await store.steps(tx, provider_id)]


async def test_reminders_come_thirty_and_seven_days_before_once_each(db, clock):
    provider_id = await an_admitted(db)
    await grant(db, provider_id, clock.at + 40 * DAY)
    seen = []
    for _ in range(41):
        clock.advance(DAY)
        before = len(await notices(db))
        await tick(db)
        seen.append(len(await notices(db)) - before)
    assert [day + 1 for day, many in enumerate(seen) if many] == [10, 33, 40]
    assert sum(seen) == 3
    assert [kind for kind, _ in await notices(db)] == ["expired", "reminder", "reminder"]


async def test_a_renewal_begins_its_reminders_anew(db, clock):
    provider_id = await an_admitted(db)
    await grant(db, provider_id, clock.at + 20 * DAY)
    await tick(db)
    await grant(db, provider_id, clock.at + 25 * DAY)
    await tick(db)
    assert [kind for kind, _ in await notices(db)] == ["reminder", "reminder"]
    assert await history(db, provider_id) == [StepKind.GRANTED, StepKind.RENEWED]


async def test_an_expiry_takes_effect_by_itself_and_is_told_afterwards(db, clock):
    provider_id = await an_admitted(db)
    await grant(db, provider_id, clock.at + DAY)
    said = len(await told(db))
    clock.advance(DAY)
    assert await blocked_in(db, provider_id) == OFF_SALE
    assert len(await told(db)) == said
    await tick(db)
    state = await last_standing(db)
    assert state.categories == set()
    assert [(q.category, q.holds(clock.at)) for q in state.qualifications] == [("erp", False)]
    assert await history(db, provider_id) == [StepKind.GRANTED, StepKind.EXPIRED]
    said = len(await told(db))
    await tick(db)
    assert len(await told(db)) == said


async def test_who_was_never_qualified_is_told_apart_from_who_lost_it(db):
    provider_id = await an_admitted(db)
    assert (await last_standing(db)).qualifications == ()
    assert await blocked_in(db, provider_id) == {Effect.PUBLISH}
    assert await blocked_in(db, provider_id, "design") == set()


async def test_the_registry_takes_a_category_back_at_once_and_gives_it_anew(db, clock):
    provider_id = await an_admitted(db)
    await grant(db, provider_id)
    await revoke(db, provider_id)
    assert [name for name, _ in await told(db)][-2:] == ["qualification.revoked", "provider.standing_changed"]
    state = await last_standing(db)
    assert (state.categories, [q.holds(clock.at) for q in state.qualifications]) == (set(), [False])
    assert await blocked_in(db, provider_id) == OFF_SALE
    assert [kind for kind, _ in await notices(db)] == ["revoked"]
    await grant(db, provider_id, clock.at + 90 * DAY)
    assert (await last_standing(db)).categories == {"erp"}
    assert await blocked_in(db, provider_id) == set()
    assert await history(db, provider_id) == [StepKind.GRANTED, StepKind.REVOKED, StepKind.GRANTED]


async def test_a_revocation_needs_something_in_force_the_version_seen_and_another_person(db, clock):
    provider_id = await an_admitted(db)
    with pytest.raises(QualificationEnded):
        await revoke(db, provider_id)
    await grant(db, provider_id, clock.at + DAY)
    with pytest.raises(StaleVersion):
        await revoke(db, provider_id, version=1)
    with pytest.raises(OwnProvider):
        await revoke(db, provider_id, by="account-1")
    clock.advance(DAY)
    with pytest.raises(QualificationEnded):
        await revoke(db, provider_id)


async def test_a_category_that_asks_for_nothing_is_not_granted(db):
    provider_id = await an_admitted(db)
    refused = await answer(
        db, lambda tx: qualifications.grant_qualification(tx, provider_id, "officer-1", "design", None, "")
    )
    assert isinstance(refused, NoRequirement)


async def test_a_grant_under_a_penalty_names_what_it_cures_and_the_state_it_saw(db, clock):
    provider_id = await an_admitted(db)
    await grant(db, provider_id)
    target = Target(kind="provider_category", id=provider_id, category="erp")
    running = a_cause(*OFF_SALE, measure="revoke_category", from_=clock.at - DAY)
    over = a_cause(*OFF_SALE, measure="revoke_category", from_=clock.at - 2 * DAY, until=clock.at)
    await hear(db, RestrictionChanged(target_key=target.key, target=target, causes=(running, over)))
    async with db.transaction() as tx:
        _, sequence = await store.category_restriction(tx, provider_id, "erp")
    await grant(db, provider_id)
    grants = [QualificationGranted.model_validate_json(b) for n, b in await told(db) if n == "qualification.granted"]
    assert [(fact.cures, fact.restriction_sequence) for fact in grants] == [
        ((), 0),
        ((running.penalty_id,), sequence),
    ]
    assert sequence > 0


async def test_a_standing_is_told_only_when_what_is_told_differs(db):
    provider_id = await an_admitted(db)
    await grant(db, provider_id)
    said = [name for name, _ in await told(db)]
    await grant(db, provider_id)
    await tick(db)
    assert [name for name, _ in await told(db)] == said


async def test_what_a_penalty_took_away_is_won_back_although_what_was_held_had_no_end(db, clock):
    provider_id = await an_admitted(db)
    await grant(db, provider_id)
    request = await a_request_for_erp(db, provider_id, clock)
    with pytest.raises(Invalid):
        await grant_it(db, request)
    revoked = a_cause(*OFF_SALE, measure="revoke_category", from_=clock.at)
    target = Target(kind="provider_category", id=provider_id, category="erp")
    await hear(db, RestrictionChanged(target_key=target.key, target=target, causes=(revoked,)))
    granted = await grant_it(db, request)
    assert granted.expires_at is not None
    fact = [QualificationGranted.model_validate_json(b) for n, b in await told(db) if n == "qualification.granted"][-1]
    assert (fact.cures, fact.expires_at) == ((revoked.penalty_id,), granted.expires_at)


async def grant_it(db, request):
    async with db.transaction() as tx:
        return await requests.grant_request(tx, request.request_id, request.version, "officer-1", None, "fine")


async def test_a_request_answers_only_the_penalties_that_were_in_force_when_it_was_made(db, clock):
    provider_id = await an_admitted(db)
    before = a_cause(*OFF_SALE, measure="revoke_category", from_=clock.at - DAY)
    asked = await a_request_for_erp(db, provider_id, clock)
    clock.advance(DAY)
    since = a_cause(*OFF_SALE, measure="revoke_category", from_=clock.at)
    target = Target(kind="provider_category", id=provider_id, category="erp")
    await hear(db, RestrictionChanged(target_key=target.key, target=target, causes=(before, since)))
    await grant_it(db, asked)
    [fact] = [QualificationGranted.model_validate_json(b) for n, b in await told(db) if n == "qualification.granted"]
    assert fact.cures == (before.penalty_id,)


async def a_request_for_erp(db, provider_id, clock):
    document = Document(
        new_id(), provider_id, new_id(), "software_copyright", "", None, None, "image/png", 1, "", b"", "account-1",
        clock.at,
    )  # fmt: skip
    async with db.transaction() as tx:
        persons = await store.persons(tx, provider_id)
        document.person_id = persons[PersonRole.REPRESENTATIVE].person_id
        tx.session.add(document)
    proofs = [Proof("software_copyright", document.document_id), Proof("data_security", statement="encrypted")]
    async with db.transaction() as tx:
        return await requests.request_qualification(tx, provider_id, "account-1", "erp", proofs)
