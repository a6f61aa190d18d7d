"""How staff works on applications, on a real database: claims, objections, decisions, and who wins."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from services.registry import store
from services.registry.domain.application import ApplicationState, Item, Objection
from services.registry.domain.errors import (
    ApplicationClaimed,
    NotAdmissible,
    OwnProvider,
)
from services.registry.domain.person import PersonRole
from services.registry.queries import providers
from services.registry.tests.builders import (
    a_complete_applicant,
    a_statement,
    a_submitted_applicant,
    answer,
    found,
    the_vault,
    told,
)
from services.registry.use_cases import applications, reviews
from shared.contracts.registry import ApplicationDecided
from shared.errors import Invalid, StaleVersion

LEASE = timedelta(minutes=30)
OBJECTIONS = [Objection("settlement_account.account_name", "与营业执照不一致")]


async def application_of(db, provider):
    async with db.transaction() as tx:
        return await store.application(tx, provider.provider_id)


async def admit(tx, provider, officer):
    await reviews.admit_provider(tx, the_vault(), provider.provider_id, provider.version, officer, "complete")


async def reject(tx, provider, officer):
    await reviews.reject_application(tx, provider.provider_id, provider.version, officer, OBJECTIONS)


async def claim(tx, provider, officer):
    await reviews.claim_application(tx, provider.provider_id, provider.version, officer, LEASE)


@pytest.mark.parametrize(
    "acts",
    [(admit, admit), (admit, reject), (reject, reject), (claim, claim)],
    ids=lambda acts: "-".join(a.__name__ for a in acts),
)
async def test_of_two_officers_who_decide_at_once_one_wins(db, acts):
    provider = await a_complete_applicant(db)
    answers = await asyncio.gather(
        answer(db, lambda tx: acts[0](tx, provider, "officer-1")),
        answer(db, lambda tx: acts[1](tx, provider, "officer-2")),
    )
    assert sorted(type(given).__name__ for given in answers) == ["NoneType", "StaleVersion"]
    decided = [name for name, _ in await told(db)].count("application.decided")
    assert decided == (0 if acts[0] is claim else 1)


async def test_only_the_holder_of_the_lease_decides_until_it_is_over(db, clock):
    provider = await a_complete_applicant(db)
    async with db.transaction() as tx:
        provider = await reviews.claim_application(tx, provider.provider_id, provider.version, "officer-1", LEASE)
    refused = await answer(db, lambda tx: admit(tx, provider, "officer-2"))
    assert isinstance(refused, ApplicationClaimed)
    assert refused.facts["claimed_by"] == "officer-1"
    clock.advance(LEASE)
    assert await answer(db, lambda tx: admit(tx, provider, "officer-2")) is None


async def test_a_released_application_is_anybodys(db):
    provider = await a_complete_applicant(db)
    async with db.transaction() as tx:
        await claim(tx, provider, "officer-1")
    async with db.transaction() as tx:
        provider = await reviews.release_application(tx, provider.provider_id, provider.version + 1, "officer-1")
    assert await answer(db, lambda tx: admit(tx, provider, "officer-2")) is None


async def test_requested_changes_are_made_verified_anew_and_admitted(db):
    statement = a_statement()
    provider = await a_complete_applicant(db, statement=statement)
    async with db.transaction() as tx:
        provider = await reviews.request_changes(tx, provider.provider_id, provider.version, "officer-1", OBJECTIONS)
    application = await application_of(db, provider)
    assert (application.state, application.due_at) == (ApplicationState.CHANGES_REQUESTED, None)
    assert application.unverified() == (Item.SETTLEMENT_ACCOUNT,)
    contact = {**statement.of(PersonRole.SUPPORT_CONTACT), "name": "钱示例"}
    changed = replace(statement, persons={**statement.persons, PersonRole.SUPPORT_CONTACT: contact})
    async with db.transaction() as tx:
        provider = await applications.restate_profile(
            tx, the_vault(), provider.provider_id, "account-1", provider.version, changed
        )
    async with db.transaction() as tx:
        provider = await applications.submit_application(tx, provider.provider_id, "account-1", provider.version, 7)
    application = await application_of(db, provider)
    assert (application.round, application.objections) == (2, [])
    assert application.unverified() == (Item.CONTACTS, Item.SETTLEMENT_ACCOUNT)
    refused = await answer(db, lambda tx: admit(tx, provider, "officer-1"))
    assert isinstance(refused, NotAdmissible)
    assert refused.facts["missing"] == ["verification.contacts", "verification.settlement_account"]
    outcomes = [
        ApplicationDecided.model_validate_json(payload).outcome
        for name, payload in await told(db)
        if name == "application.decided"
    ]
    assert outcomes == ["changes_requested"]


async def test_who_was_rejected_may_put_it_right_and_submit_again(db):
    statement = a_statement()
    provider = await a_complete_applicant(db, statement=statement)
    async with db.transaction() as tx:
        await reject(tx, provider, "officer-1")
    async with db.transaction() as tx:
        provider = await found(tx, provider.provider_id)
        await applications.submit_application(tx, provider.provider_id, "account-1", provider.version, 7)
    assert (await application_of(db, provider)).state is ApplicationState.SUBMITTED


async def test_a_withdrawn_application_leaves_the_queue_and_may_come_back(db):
    provider = await a_submitted_applicant(db)
    async with db.transaction() as tx:
        provider = await applications.withdraw_application(tx, provider.provider_id, "account-1", provider.version)
    async with db.transaction() as tx:
        assert await providers.queue(tx, None, None, 10) == []
    async with db.transaction() as tx:
        await applications.submit_application(tx, provider.provider_id, "account-1", provider.version, 7)


async def test_nobody_decides_about_their_own_provider(db):
    provider = await a_complete_applicant(db, "both")
    for act in (admit, reject, claim):
        assert isinstance(await answer(db, partial(act, provider=provider, officer="both")), OwnProvider)


async def test_an_objection_to_no_field_or_with_personal_data_is_refused(db):
    provider = await a_complete_applicant(db)
    for number, objection in enumerate([Objection("nonsense", "x"), Objection("website", "13912345678")]):
        act = partial(
            reviews.request_changes,
            provider_id=provider.provider_id,
            version=provider.version,
            officer="officer-1",
            objections=[*OBJECTIONS, objection],
        )
        refused = await answer(db, act)
        assert isinstance(refused, Invalid)
        assert refused.facts["errors"][0]["pointer"] == f"/objections/1/{('field', 'reason')[number]}"


async def test_a_stale_version_is_refused(db):
    provider = await a_submitted_applicant(db)
    refused = await answer(db, lambda tx: reviews.verify_provider(tx, provider.provider_id, 1, "officer-1", "checked"))
    assert isinstance(refused, StaleVersion)


async def test_a_licence_that_lapses_in_the_queue_stops_the_admission(db, clock):
    provider = await a_complete_applicant(db)
    async with db.transaction() as tx:
        await tx.driver.execute("UPDATE document SET valid_until = $1 WHERE kind = 'business_licence'", tx.now.date())
    clock.advance(timedelta(days=2))
    refused = await answer(db, lambda tx: admit(tx, provider, "officer-1"))
    assert isinstance(refused, NotAdmissible)
    assert refused.facts["missing"] == ["document.business_licence"]


@pytest.mark.parametrize("decide", [admit, reject], ids=["admit", "reject"])
async def test_the_applicant_is_told_of_the_decision_once(db, decide):
    provider = await a_complete_applicant(db)
    async with db.transaction() as tx:
        await decide(tx, provider, "officer-1")
    async with db.transaction() as tx:
        [notice] = await tx.driver.fetch("SELECT recipient, title_zh, title_en, body_zh, link FROM notice")
    assert notice["recipient"] == provider.account_id
    assert notice["title_zh"]
    assert notice["link"].endswith(str(provider.provider_id))
    assert (OBJECTIONS[0].reason in notice["body_zh"]) is (decide is reject)
