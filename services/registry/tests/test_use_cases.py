"""Agreements, qualifications, blocked accounts and resync on a real database."""

from datetime import timedelta

import pytest

from services.registry import store
from services.registry.domain.agreement import AgreementKind
from services.registry.domain.errors import AccountBlocked
from services.registry.queries import providers
from services.registry.reactions.restriction_changed import keep_restriction
from services.registry.resync import retell_standings
from services.registry.seed import announced, seed_agreements
from services.registry.tests.builders import a_cause, an_applicant, received_restriction, told
from services.registry.use_cases import agreements, qualifications
from shared.contracts.effects import Effect, Target
from shared.contracts.registry import ProviderStandingChanged
from shared.errors import Invalid, NotFound


async def test_another_accounts_provider_does_not_exist(db):
    provider = await an_applicant(db)
    for kind in AgreementKind:
        with pytest.raises(NotFound):
            async with db.transaction() as tx:
                await agreements.sign_agreement(tx, provider.provider_id, "stranger", kind, "2020-02")


async def test_signing_twice_is_one_signature(db):
    provider = await an_applicant(db)
    for _ in range(2):
        async with db.transaction() as tx:
            await agreements.sign_agreement(tx, provider.provider_id, "account-1", AgreementKind.SERVICE, "2020-02")
    async with db.transaction() as tx:
        assert len(await store.signatures(tx, provider.provider_id)) == 1
    assert [name for name, _ in await told(db)].count("agreement.signed") == 1


async def test_an_unknown_version_cannot_be_signed(db):
    provider = await an_applicant(db)
    with pytest.raises(NotFound):
        async with db.transaction() as tx:
            await agreements.sign_agreement(tx, provider.provider_id, "account-1", AgreementKind.SERVICE, "2099-01")


async def test_a_qualification_must_not_be_expired_when_it_is_granted(db, clock):
    provider = await an_applicant(db)
    with pytest.raises(Invalid):
        async with db.transaction() as tx:
            await qualifications.grant_qualification(tx, provider.provider_id, "officer-1", "erp", clock.at, "")


async def test_a_qualification_is_renewed_by_granting_it_again(db, clock):
    provider = await an_applicant(db)
    for days in (1, 1, 90):
        async with db.transaction() as tx:
            end = clock.at + timedelta(days=days)
            await qualifications.grant_qualification(tx, provider.provider_id, "officer-1", "erp", end, "")
    assert [name for name, _ in await told(db)].count("qualification.granted") == 2
    clock.advance(timedelta(days=2))
    async with db.transaction() as tx:
        found = await tx.session.get_one(type(provider), provider.provider_id)
        assert [q.category for q in (await providers.view(tx, found)).categories] == ["erp"]


async def test_a_limited_account_can_neither_sign_nor_change_its_profile(db, clock):
    provider = await an_applicant(db)
    target = Target(kind="provider", id=provider.provider_id)
    cause = a_cause(Effect.ACCOUNT, from_=clock.at, until=clock.at + timedelta(days=3))
    async with db.transaction() as tx:
        await keep_restriction(tx, [received_restriction(target, cause)])
    with pytest.raises(AccountBlocked) as refused:
        async with db.transaction() as tx:
            await agreements.sign_agreement(tx, provider.provider_id, "account-1", AgreementKind.SERVICE, "2020-02")
    assert refused.value.facts["causes"][0]["decision_id"] == str(cause.decision_id)
    clock.advance(timedelta(days=3))
    async with db.transaction() as tx:
        await agreements.sign_agreement(tx, provider.provider_id, "account-1", AgreementKind.SERVICE, "2020-02")


async def test_seeding_twice_announces_once(db):
    for _ in range(2):
        async with db.transaction() as tx:
            await seed_agreements(tx)
    async with db.transaction() as tx:
        assert len(await store.agreements(tx)) == len(announced()) == 2


async def test_an_announced_text_is_never_changed(db):
    async with db.transaction() as tx:
        await seed_agreements(tx)
    async with db.transaction() as tx:
        await tx.driver.execute("UPDATE agreement SET text_hash = 'another' WHERE agreement = 'service'")
    with pytest.raises(ValueError, match="a new text needs a new version"):
        async with db.transaction() as tx:
            await seed_agreements(tx)


async def test_resync_tells_every_provider_in_pages(db):
    providers = [await an_applicant(db, f"account-{number}") for number in range(3)]
    before, after, rounds = len(await told(db)), "", 0
    while rounds == 0 or after:
        async with db.transaction() as tx:
            after = await retell_standings(tx, after, 2)
        rounds += 1
    again = [ProviderStandingChanged.model_validate_json(payload) for _, payload in (await told(db))[before:]]
    assert {fact.provider_id for fact in again} == {provider.provider_id for provider in providers}
