"""From the application to the decision, on a real database."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from services.registry import store
from services.registry.domain.application import Objection
from services.registry.domain.errors import (
    AccountHasProvider,
    IdentityBarred,
    NotAdmissible,
    ProfileSettled,
    WrongApplicationState,
)
from services.registry.domain.person import PersonRole, Statement
from services.registry.queries import providers
from services.registry.reactions.restriction_changed import keep_restriction
from services.registry.tests.builders import (
    a_cause,
    a_code,
    a_complete_applicant,
    a_statement,
    a_submitted_applicant,
    an_admitted_provider_in,
    an_applicant,
    an_upload,
    answer,
    found,
    received_restriction,
    the_blobs,
    the_vault,
    told,
)
from services.registry.use_cases import applications, documents, qualifications, reviews
from services.registry.use_cases.due_dates import firm_up_due_dates
from shared.business_days import Named, publish_years
from shared.contracts.effects import Effect, Target
from shared.contracts.registry import ProviderStandingChanged, Standing
from shared.errors import Invalid

LEASE = timedelta(minutes=30)
OBJECTIONS = [Objection("settlement_account.account_name", "与营业执照不一致")]


async def test_the_story_from_application_to_admission_is_told_in_facts(db):
    provider = await a_complete_applicant(db)
    async with db.transaction() as tx:
        await qualifications.grant_qualification(tx, provider.provider_id, "officer-1", "erp", None, "seen")
    async with db.transaction() as tx:
        version = (await found(tx, provider.provider_id)).version
        await reviews.admit_provider(tx, the_vault(), provider.provider_id, version, "officer-2", "complete")
    facts = await told(db)
    assert [name for name, _ in facts] == [
        "provider.standing_changed",
        "agreement.signed",
        "agreement.signed",
        "qualification.granted",
        "provider.standing_changed",
        "application.decided",
        "provider.admitted",
        "provider.standing_changed",
    ]
    last = ProviderStandingChanged.model_validate_json(facts[-1][1])
    assert (last.standing, set(last.blocked), set(last.categories)) == (Standing.ADMITTED, set(), {"erp"})


async def test_what_is_said_of_persons_is_sealed_and_nowhere_else(db):
    statement = a_statement()
    provider = await an_admitted_provider_in(db, statement=statement)
    async with db.transaction() as tx:
        kept = [
            str(dict(row)).replace("\\", "")
            for table in ("audit", "outbox", "provider", "person", "application", "document", "told_standing")
            for row in await tx.driver.fetch(f"SELECT * FROM {table}")
        ]
        opened = await applications.read_profile(tx, the_vault(), provider)
    everything = json.dumps([*kept, *await told(db)], ensure_ascii=False)
    assert statement.legal_name in everything
    secrets = [value for role in PersonRole for value in statement.of(role).values() if value != statement.legal_name]
    assert [secret for secret in secrets if secret in everything] == []
    assert {role: opened.of(role) for role in PersonRole} == {role: statement.of(role) for role in PersonRole}


async def test_a_draft_is_completed_piece_by_piece_and_then_submitted(db):
    provider = await an_applicant(db, statement=Statement("杭州示例科技有限公司"))
    refused = await answer(db, lambda tx: applications.submit_application(tx, provider.provider_id, "account-1", 1, 7))
    assert isinstance(refused, NotAdmissible)
    assert "representative.identity_number" in refused.facts["missing"]
    async with db.transaction() as tx:
        await applications.restate_profile(tx, the_vault(), provider.provider_id, "account-1", 1, a_statement())
    refused = await answer(db, lambda tx: applications.submit_application(tx, provider.provider_id, "account-1", 2, 7))
    assert isinstance(refused, NotAdmissible)
    assert refused.facts["missing"] == [
        "document.business_licence", "document.identity_card_front", "document.identity_card_back",
        "document.account_permit", "agreement.developer", "agreement.service",
    ]  # fmt: skip


async def test_a_submitted_application_is_due_and_in_the_queue_in_the_order_of_its_due_date(db, clock):
    first = await a_submitted_applicant(db, "account-1")
    clock.advance(timedelta(days=10))
    second = await a_submitted_applicant(db, "account-2")
    async with db.transaction() as tx:
        await reviews.claim_application(tx, first.provider_id, first.version, "officer-1", LEASE)
    async with db.transaction() as tx:
        queue = await providers.queue(tx, None, None, 10)
        free = await providers.queue(tx, tx.now, None, 10)
        due_at = queue[0][0].due_at
        assert due_at is not None
        later = await providers.queue(tx, None, (due_at, first.provider_id), 10)
    assert [application.provider_id for application, _ in queue] == [first.provider_id, second.provider_id]
    assert [application.provider_id for application, _ in free] == [second.provider_id]
    assert [application.provider_id for application, _ in later] == [second.provider_id]
    clock.advance(LEASE)
    async with db.transaction() as tx:
        assert len(await providers.queue(tx, tx.now, None, 10)) == 2


async def test_one_account_has_one_provider_however_many_apply_at_once(db):
    async def apply(tx):
        await applications.apply_as_provider(tx, the_vault(), "account-1", a_code(), a_statement())

    answers = await asyncio.gather(*(answer(db, apply) for _ in range(6)))
    assert sum(given is None for given in answers) == 1
    assert {type(given) for given in answers if given} == {AccountHasProvider}


async def test_the_code_of_another_account_is_noted_for_staff(db):
    code = a_code()
    async with db.transaction() as tx:
        first = await applications.apply_as_provider(tx, the_vault(), "account-1", code, a_statement())
        second = await applications.apply_as_provider(tx, the_vault(), "account-2", code.lower(), a_statement())
        assert (await providers.view(tx, second)).same_code == (first.provider_id,)


@pytest.mark.parametrize(
    "code", ["", "12345", "91110000600037341X", "9111000060003734IL", "X1110000600037341L", "九" * 18, "9" * 5000]
)
async def test_a_code_that_is_none_is_refused_and_names_the_field(tx, code):
    with pytest.raises(Invalid) as refused:
        await applications.apply_as_provider(tx, the_vault(), "account-1", code, a_statement())
    assert refused.value.facts["errors"][0]["pointer"] == "/unified_social_credit_code"


async def test_nothing_is_changed_under_the_reviewers_eyes(db):
    provider = await a_submitted_applicant(db)
    refused = await answer(
        db,
        lambda tx: applications.restate_profile(
            tx, the_vault(), provider.provider_id, "account-1", provider.version, a_statement()
        ),
    )
    assert isinstance(refused, WrongApplicationState)
    upload = an_upload("business_licence")
    refused = await answer(
        db,
        lambda tx: documents.upload_document(tx, the_vault(), the_blobs(), provider.provider_id, "account-1", upload),
    )
    assert isinstance(refused, WrongApplicationState)


async def test_an_admitted_provider_changes_its_contacts_and_nothing_else(db):
    statement = a_statement()
    provider = await an_admitted_provider_in(db, statement=statement)

    def restate(**values):
        persons = {**statement.persons, **values.pop("persons", {})}
        new = replace(statement, persons=persons, **values)
        return lambda tx: applications.restate_profile(
            tx, the_vault(), provider.provider_id, "account-1", provider.version, new
        )

    account = {**statement.of(PersonRole.SETTLEMENT_ACCOUNT), "account_number": "1202020209900000099"}
    refused = await answer(db, restate(persons={PersonRole.SETTLEMENT_ACCOUNT: account}))
    assert isinstance(refused, ProfileSettled)
    assert refused.facts["fields"] == ["settlement_account"]
    assert isinstance(await answer(db, restate(registered_address="别处")), ProfileSettled)
    contact = {**statement.of(PersonRole.SUPPORT_CONTACT), "phone": "0571-99999999"}
    assert await answer(db, restate(persons={PersonRole.SUPPORT_CONTACT: contact})) is None
    async with db.transaction() as tx:
        opened = await applications.read_profile(tx, the_vault(), provider)
    assert opened.of(PersonRole.SUPPORT_CONTACT)["phone"] == "0571-99999999"


async def test_stating_the_same_again_changes_nothing(db):
    statement = a_statement()
    provider = await an_applicant(db, statement=statement)
    async with db.transaction() as tx:
        again = await applications.restate_profile(tx, the_vault(), provider.provider_id, "account-1", 1, statement)
    assert again.version == 1


async def test_each_step_leaves_one_line_in_the_audit_trail(db):
    await an_admitted_provider_in(db)
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT action FROM audit WHERE target LIKE 'provider:%' ORDER BY position")
    assert [row["action"] for row in rows if row["action"] != "note_traits"] == [
        "apply_as_provider", *["upload_document"] * 4, *["sign_agreement"] * 2, "submit_application",
        "verify_provider", "admit_provider",
    ]  # fmt: skip


async def test_the_identity_of_an_expelled_provider_is_stopped_wherever_it_is_stated(db, clock):
    statement = a_statement()
    expelled = await an_admitted_provider_in(db, "account-1", statement=statement)
    expulsion = a_cause(*Effect, from_=clock.at)
    async with db.transaction() as tx:
        target = Target(kind="provider", id=expelled.provider_id)
        await keep_restriction(tx, [received_restriction(target, expulsion)])
    another = await an_applicant(db, "account-2", statement=Statement("另一家科技有限公司"))
    person = {PersonRole.REPRESENTATIVE: statement.of(PersonRole.REPRESENTATIVE)}
    for act in (
        partial(apply, code=expelled.unified_social_credit_code, statement=a_statement()),
        partial(apply, code=a_code(), statement=Statement("另一家科技有限公司", persons=person)),
        partial(
            applications.restate_profile,
            vault=the_vault(),
            provider_id=another.provider_id,
            account_id="account-2",
            version=another.version,
            statement=Statement("另一家科技有限公司", persons=person),
        ),
    ):
        refused = await answer(db, act)
        assert isinstance(refused, IdentityBarred)
        assert str(expelled.provider_id) not in str(refused.facts)


async def apply(tx, code, statement):
    return await applications.apply_as_provider(tx, the_vault(), "account-3", code, statement)


async def test_a_due_date_in_a_year_without_a_calendar_is_firmed_up_once_that_is_published(db, clock):
    clock.advance(datetime(2031, 3, 3, 1, tzinfo=UTC) - clock.at)
    provider = await a_submitted_applicant(db)
    async with db.transaction() as tx:
        before = await store.application(tx, provider.provider_id)
    assert before.due_is_provisional
    assert before.due_at
    async with db.transaction() as tx:
        holiday = {before.due_at.date(): Named(False, "made up")}
        await publish_years(tx, {2031: holiday, 2032: {}})
    async with db.transaction() as tx:
        assert await firm_up_due_dates(tx) == 1
    async with db.transaction() as tx:
        after = await store.application(tx, provider.provider_id)
    assert not after.due_is_provisional
    assert after.due_at
    assert after.due_at > before.due_at
