"""The registry's verbs on a real database."""

import asyncio
import json
from datetime import timedelta

import pytest

from services.registry import store
from services.registry.domain.agreement import AgreementKind
from services.registry.domain.errors import AccountBlocked, AccountHasProvider, NotAdmissible, NotAnEnterprise
from services.registry.domain.provider import Profile
from services.registry.queries import providers
from services.registry.reactions.restriction_changed import keep_restriction
from services.registry.resync import retell_standings
from services.registry.seed import announced, seed_agreements
from services.registry.tests.builders import (
    COMPLETE,
    a_cause,
    a_code,
    a_complete_applicant,
    an_applicant,
    received_restriction,
    told,
)
from services.registry.use_cases import agreements, applications, qualifications
from shared.contracts.effects import Effect, Target
from shared.contracts.registry import ProviderStandingChanged, Standing
from shared.errors import Invalid, NotFound, Refusal, StaleVersion


async def test_the_story_from_application_to_admission_is_told_in_facts(db):
    provider = await a_complete_applicant(db)
    async with db.transaction() as tx:
        await qualifications.grant_qualification(tx, provider.provider_id, "officer-1", "erp", None, "seen")
    async with db.transaction() as tx:
        await applications.admit_provider(tx, provider.provider_id, provider.version + 1, "officer-2", "complete")
    facts = await told(db)
    assert [name for name, _ in facts] == [
        "provider.standing_changed",
        "agreement.signed",
        "agreement.signed",
        "qualification.granted",
        "provider.standing_changed",
        "provider.admitted",
        "provider.standing_changed",
    ]
    last = ProviderStandingChanged.model_validate_json(facts[-1][1])
    assert (last.standing, set(last.blocked), set(last.categories)) == (Standing.ADMITTED, set(), {"erp"})


async def test_personal_data_is_neither_told_nor_in_the_audit_trail(db):
    await a_complete_applicant(db)
    async with db.transaction() as tx:
        trail = await tx.driver.fetch("SELECT old, new, reason, target FROM audit")
    everything = json.dumps([*await told(db), *map(str, map(dict, trail))], ensure_ascii=False)
    assert COMPLETE.legal_name in everything
    for secret in (COMPLETE.legal_representative, COMPLETE.contact_email, COMPLETE.contact_phone):
        assert secret not in everything


async def test_each_step_leaves_one_line_in_the_audit_trail(db):
    await a_complete_applicant(db)
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT action FROM audit WHERE target LIKE 'provider:%' ORDER BY position")
    assert [row["action"] for row in rows] == [
        "apply_as_provider", "verify_provider", "sign_agreement", "sign_agreement",
    ]  # fmt: skip


async def test_one_account_has_one_provider_however_many_apply_at_once(db):
    async def apply() -> Refusal | None:
        try:
            async with db.transaction() as tx:
                await applications.apply_as_provider(tx, "account-1", a_code(), COMPLETE)
        except Refusal as refusal:
            return refusal
        return None

    answers = await asyncio.gather(*(apply() for _ in range(6)))
    assert sum(answer is None for answer in answers) == 1
    assert {type(answer) for answer in answers if answer} == {AccountHasProvider}


async def test_the_code_of_another_account_is_noted_for_staff(db):
    code = a_code()
    async with db.transaction() as tx:
        first = await applications.apply_as_provider(tx, "account-1", code, COMPLETE)
        second = await applications.apply_as_provider(tx, "account-2", code.lower(), COMPLETE)
        assert (await providers.view(tx, second)).same_code == (first.provider_id,)


@pytest.mark.parametrize(
    "code", ["", "12345", "91110000600037341X", "9111000060003734IL", "X1110000600037341L", "九" * 18, "9" * 5000]
)
async def test_a_code_that_is_none_is_refused_and_names_the_field(tx, code):
    with pytest.raises(Invalid) as refused:
        await applications.apply_as_provider(tx, "account-1", code, COMPLETE)
    assert refused.value.facts["errors"][0]["pointer"] == "/unified_social_credit_code"


@pytest.mark.parametrize("kind", ["92", "93", "52", "11"])
async def test_a_sole_trader_or_an_association_is_no_enterprise(tx, kind):
    with pytest.raises(NotAnEnterprise):
        await applications.apply_as_provider(tx, "account-1", a_code(kind), COMPLETE)


async def test_of_two_officers_with_the_same_version_one_decides(db):
    provider = await a_complete_applicant(db)

    async def admit(officer: str) -> Refusal | None:
        try:
            async with db.transaction() as tx:
                await applications.admit_provider(tx, provider.provider_id, provider.version, officer, "complete")
        except Refusal as refusal:
            return refusal
        return None

    answers = await asyncio.gather(admit("officer-1"), admit("officer-2"))
    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", "StaleVersion"]
    assert [name for name, _ in await told(db)].count("provider.admitted") == 1


async def test_a_stale_version_is_refused(db):
    provider = await an_applicant(db)
    with pytest.raises(StaleVersion):
        async with db.transaction() as tx:
            await applications.verify_provider(tx, provider.provider_id, 7, "officer-1", "checked")


async def test_an_applicant_completes_its_profile_and_can_then_be_verified(db):
    provider = await an_applicant(db, profile=Profile("Name only"))
    with pytest.raises(NotAdmissible):
        async with db.transaction() as tx:
            await applications.verify_provider(tx, provider.provider_id, 1, "officer-1", "checked")
    async with db.transaction() as tx:
        await applications.restate_profile(tx, provider.provider_id, "account-1", 1, COMPLETE)
    async with db.transaction() as tx:
        await applications.verify_provider(tx, provider.provider_id, 2, "officer-1", "checked")
    # The name is told again, because replicas carry it.
    assert [name for name, _ in await told(db)] == ["provider.standing_changed"] * 2


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
