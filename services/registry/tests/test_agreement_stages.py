"""A new version of an agreement: announced, reminded of, binding from its date on, on a real database."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect

from services.registry import store
from services.registry.domain.agreement import AgreementKind, hash_of
from services.registry.domain.errors import AgreementKnown, AgreementNotOpen
from services.registry.tests.builders import an_admitted_provider_in, answer, told
from services.registry.tests.builders import an_agreement as a_version
from services.registry.tests.leaving import a_request, an_admitted
from services.registry.use_cases import agreement_stages, agreements, exits
from shared.contracts.effects import Effect
from shared.contracts.registry import ProviderStandingChanged
from shared.errors import Invalid

DAY = timedelta(days=1)
SERVICE = AgreementKind.SERVICE


async def sign(db, provider_id, account_id="account-1", version="2020-02", kinds=tuple(AgreementKind)):
    async with db.transaction() as tx:
        for kind in kinds:
            await agreements.sign_agreement(tx, provider_id, account_id, kind, version)


async def a_bound(db, account_id="account-1"):
    """Admitted, and has signed what is in force."""
    provider_id = await an_admitted(db, account_id)
    await sign(db, provider_id, account_id)
    return provider_id


async def announce(db, clock, version="2027-01", days=10, **values):
    new = a_version(SERVICE, version, announced_at=clock.at, in_force_at=clock.at + days * DAY, **values)
    async with db.transaction() as tx:
        await agreements.announce_agreement(tx, new, "new rules")
    await tick(db)
    return new


async def tick(db):
    async def once():
        async with db.transaction() as tx:
            return await agreement_stages.advance_agreements(tx)

    while await once():
        pass


async def notices(db, kind=""):
    async with db.transaction() as tx:
        rows = await tx.driver.fetch(
            "SELECT recipient, kind FROM notice WHERE kind LIKE 'agreement.' || $1 ORDER BY created_at, recipient",
            kind or "%",
        )
        return [(row["recipient"], row["kind"].removeprefix("agreement.")) for row in rows]


async def standings_of(db, provider_id):
    facts = [ProviderStandingChanged.model_validate_json(body) for name, body in await told(db) if "standing" in name]
    return [fact for fact in facts if fact.provider_id == provider_id]


async def test_a_new_version_is_said_once_and_everybody_admitted_is_reminded_three_times(db, clock):
    bound = await a_bound(db)
    new = await announce(db, clock)
    await tick(db)
    said = [body for name, body in await told(db) if name == "agreement.announced"]
    assert sum(new.text_hash in body for body in said) == 1
    assert await notices(db) == [("account-1", "announced")]
    clock.advance(7 * DAY)
    await tick(db)
    assert await notices(db) == [("account-1", "announced"), ("account-1", "reminder")]
    assert Effect.PUBLISH not in (await standings_of(db, bound))[-1].blocked
    clock.advance(3 * DAY)
    await tick(db)
    assert await notices(db, "in_force") == [("account-1", "in_force")]


async def test_who_has_not_signed_by_the_date_may_not_publish_until_it_signs(db, clock):
    late, early = await a_bound(db), await a_bound(db, "account-2")
    new = await announce(db, clock)
    await sign(db, early, "account-2", new.version, [SERVICE])
    before = len(await standings_of(db, early))
    clock.advance(10 * DAY)
    await tick(db)
    told_of_late = (await standings_of(db, late))[-1]
    assert told_of_late.blocked == {Effect.PUBLISH}
    [hold] = told_of_late.holds
    assert hold.clause == "3.1"
    assert "service" in hold.reason
    assert new.version in hold.reason
    assert len(await standings_of(db, early)) == before
    assert await notices(db, "in_force") == [("account-1", "in_force")]

    await sign(db, late, version=new.version, kinds=[SERVICE])
    assert (await standings_of(db, late))[-1].blocked == set()


async def test_who_is_admitted_or_stays_after_the_announcement_is_told_of_it_once(db, clock):
    leaving = await a_bound(db, "account-2")
    await a_request(db, leaving, "account-2")
    await announce(db, clock)
    assert await notices(db) == []
    await an_admitted_provider_in(db)
    async with db.transaction() as tx:
        await exits.withdraw_exit(tx, leaving, "account-2", 1, "we stay")
    assert sorted(await notices(db)) == [("account-1", "announced"), ("account-2", "announced")]
    async with db.transaction() as tx:
        await tx.driver.execute("UPDATE agreement_timer SET done_at = NULL, reached = NULL WHERE stage = 'announced'")
    await tick(db)
    assert len(await notices(db)) == 2


async def test_a_stage_that_was_interrupted_goes_on_behind_the_last_batch(db, clock, monkeypatch):
    monkeypatch.setattr(agreement_stages, "BATCH", 2)
    for number in range(5):
        await a_bound(db, f"account-{number}")
    await announce(db, clock)
    assert [recipient for recipient, _ in await notices(db)] == [f"account-{number}" for number in range(5)]
    clock.advance(10 * DAY)
    for _ in range(3):
        async with db.transaction() as tx:
            await agreement_stages.advance_agreements(tx)
    await tick(db)
    assert len(await notices(db, "in_force")) == 5


async def test_a_reminder_that_comes_after_the_date_is_not_sent(db, clock):
    await a_bound(db)
    await announce(db, clock)
    clock.advance(30 * DAY)
    await tick(db)
    assert [kind for _, kind in await notices(db)] == ["announced", "in_force"]


async def test_a_version_announced_for_later_is_said_then_and_cannot_be_signed_before(db, clock):
    bound = await a_bound(db)
    await tick(db)
    new = a_version(SERVICE, "2027-01", announced_at=clock.at + DAY, in_force_at=clock.at + 9 * DAY)
    async with db.transaction() as tx:
        await agreements.announce_agreement(tx, new, "new rules")
    await tick(db)
    assert await notices(db) == []
    refused = await answer(db, lambda tx: agreements.sign_agreement(tx, bound, "account-1", SERVICE, "2027-01"))
    assert refused is not None
    assert refused.code == "not-found"
    clock.advance(DAY)
    await tick(db)
    assert await notices(db) == [("account-1", "announced")]


async def test_a_version_cannot_be_announced_again_or_out_of_order(db, clock):
    await a_bound(db)
    new = await announce(db, clock)
    again = await answer(db, lambda tx: agreements.announce_agreement(tx, a_version(SERVICE, new.version), ""))
    assert isinstance(again, AgreementKnown)
    earlier = a_version(SERVICE, "2026-99", announced_at=clock.at, in_force_at=clock.at + 8 * DAY)
    refused = await answer(db, lambda tx: agreements.announce_agreement(tx, earlier, ""))
    assert isinstance(refused, Invalid)
    assert [error["pointer"] for error in refused.facts["errors"]] == ["/in_force_at"]


async def test_a_superseded_version_is_not_signed_any_more(db, clock):
    provider_id = await an_admitted(db)
    await announce(db, clock)
    clock.advance(10 * DAY)
    refused = await answer(db, lambda tx: agreements.sign_agreement(tx, provider_id, "account-1", SERVICE, "2020-02"))
    assert isinstance(refused, AgreementNotOpen)


async def test_what_binds_a_provider_is_decided_without_reading_any_text(db, clock):
    provider_id = await a_bound(db)
    await announce(db, clock)
    async with db.transaction() as tx:
        await store.state_of(tx, await store.lock_provider(tx, provider_id))
        known = await store.agreements(tx)
        assert known
        assert all("text" in inspect(one).unloaded for one in known)
        assert all(one.text for one in await store.agreements(tx, texts=True))


async def test_a_signature_keeps_its_evidence(db):
    provider_id = await an_admitted(db)
    async with db.transaction() as tx:
        evidence = agreements.Evidence("192.0.2.7", "browser")
        await agreements.sign_agreement(tx, provider_id, "account-1", SERVICE, "2020-02", evidence)
    async with db.transaction() as tx:
        [signature] = await store.signatures(tx, provider_id)
        signed = await store.agreement(tx, SERVICE, "2020-02")
        assert signed is not None
        trail = await tx.driver.fetchval("SELECT string_agg(audit::text, ' ') FROM audit")
    assert (signature.address, signature.user_agent, signature.text_hash) == (
        "192.0.2.7",
        "browser",
        hash_of(signed.text),
    )
    assert "192.0.2.7" not in trail


@pytest.mark.parametrize("days", [0, 6])
async def test_seven_days_must_pass_before_a_version_binds(db, clock, days):
    await a_bound(db)
    new = a_version(SERVICE, "2027-01", announced_at=clock.at, in_force_at=clock.at + days * DAY)
    assert isinstance(await answer(db, lambda tx: agreements.announce_agreement(tx, new, "")), Invalid)
