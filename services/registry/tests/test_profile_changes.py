"""What was verified changes after the admission, on a real database: filing, deciding, and what holds meanwhile."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from services.registry import store
from services.registry.domain.application import Item, Objection
from services.registry.domain.errors import (
    ChangePending,
    ChangeUnproven,
    IdentityBarred,
    WrongChangeState,
    WrongStanding,
)
from services.registry.domain.person import PersonRole
from services.registry.domain.profile_change import ChangeState
from services.registry.queries import profile_changes as queries
from services.registry.reactions.restriction_changed import keep_restriction
from services.registry.store import groups
from services.registry.tests.builders import (
    a_cause,
    a_statement,
    an_admitted_provider_in,
    an_applicant,
    answer,
    found,
    received_restriction,
    the_vault,
    told,
)
from services.registry.tests.changing import (
    NEW_NAME,
    a_new_account,
    a_new_representative,
    a_waiting_change,
    everything,
    file,
    prove,
    stating,
)
from services.registry.use_cases import profile_change_reviews as reviews
from services.registry.use_cases import profile_changes
from services.registry.use_cases.due_dates import firm_up_due_dates
from services.registry.use_cases.statements import statement_of
from shared.business_days import Named, publish_years
from shared.contracts.effects import Effect, Target
from shared.errors import Invalid

OBJECTIONS = [Objection("representative.name", "与身份证不一致")]


async def approve(tx, change, officer="officer-1"):
    return await reviews.approve_change(tx, the_vault(), change.change_id, change.version, officer, "checked")


async def turn_back(tx, change, then=ChangeState.REJECTED, officer="officer-1"):
    return await reviews.turn_back_change(tx, change.change_id, change.version, officer, then, OBJECTIONS)


async def reject(tx, change, officer="officer-1"):
    return await turn_back(tx, change, officer=officer)


async def held(db, provider):
    async with db.transaction() as tx:
        return await statement_of(tx, the_vault(), await found(tx, provider.provider_id))


async def test_what_holds_stays_in_force_until_the_change_is_approved(db, clock):
    stated = everything()
    provider, change = await a_waiting_change(db, clock, stated)
    before = await held(db, provider)
    assert before.legal_name != NEW_NAME
    async with db.transaction() as tx:
        await approve(tx, change)
    after = await held(db, provider)
    assert (after.legal_name, after.registered_address) == (NEW_NAME, stated.registered_address)
    for role in PersonRole:
        assert after.of(role) == (stated.of(role) or before.of(role))
    last = json.loads((await told(db))[-1][1])
    assert last["legal_name"] == NEW_NAME
    async with db.transaction() as tx:
        application = await store.application(tx, provider.provider_id)
        assert application.checks[Item.REPRESENTATIVE]["at"] == clock.at.isoformat()
        kept = await queries.change(tx, change.change_id, "account-1")
        assert (kept.state, kept.sealed, kept.due_at) == (ChangeState.APPROVED, {}, None)


async def test_a_rejected_change_leaves_everything_as_it_was_and_another_may_be_filed(db, clock):
    provider, change = await a_waiting_change(db, clock)
    before = await held(db, provider)
    async with db.transaction() as tx:
        await reject(tx, change)
    assert await held(db, provider) == before
    assert await answer(db, lambda tx: file(tx, provider, everything())) is None


async def test_asked_for_corrections_are_made_and_approved(db, clock):
    provider, change = await a_waiting_change(db, clock)
    async with db.transaction() as tx:
        await turn_back(tx, change, ChangeState.CHANGES_REQUESTED)
    corrected = stating(representative=a_new_representative())
    async with db.transaction() as tx:
        change = await profile_changes.correct_change(
            tx, the_vault(), change.change_id, change.version + 1, "account-1", corrected, 7
        )
    assert (change.round, change.items, change.objections) == (2, ["representative"], [])
    async with db.transaction() as tx:
        await approve(tx, change)
    after = await held(db, provider)
    assert after.of(PersonRole.REPRESENTATIVE) == corrected.of(PersonRole.REPRESENTATIVE)
    assert after.legal_name != NEW_NAME


@pytest.mark.parametrize(
    ("acts"), [(approve, approve), (approve, reject)], ids=lambda acts: "-".join(act.__name__ for act in acts)
)
async def test_of_two_officers_who_decide_at_once_one_wins(db, clock, acts):
    _, change = await a_waiting_change(db, clock)
    answers = await asyncio.gather(
        *(answer(db, partial(act, change=change, officer=f"officer-{n}")) for n, act in enumerate(acts))
    )
    assert sorted(type(given).__name__ for given in answers) == ["NoneType", "StaleVersion"]


async def test_of_changes_filed_at_once_one_waits(db, clock):
    provider, change = await a_waiting_change(db, clock)
    async with db.transaction() as tx:
        await profile_changes.withdraw_change(tx, change.change_id, change.version, "account-1")
    answers = await asyncio.gather(*(answer(db, lambda tx: file(tx, provider, everything())) for _ in range(4)))
    assert sorted(type(given).__name__ for given in answers) == [*["ChangePending"] * 3, "NoneType"]
    assert isinstance(await answer(db, lambda tx: file(tx, provider, everything())), ChangePending)


async def test_each_item_is_proved_by_new_documents(db, clock):
    provider = await an_admitted_provider_in(db)
    refused = await answer(db, lambda tx: file(tx, provider, everything()))
    assert isinstance(refused, ChangeUnproven)
    assert refused.facts["missing"] == [
        "business_licence", "identity_card_front", "identity_card_back", "account_permit",
    ]  # fmt: skip
    await prove(db, clock, provider, "account_permit")
    account = stating(settlement_account=a_new_account())
    async with db.transaction() as tx:
        change = await file(tx, provider, account)
    async with db.transaction() as tx:
        await approve(tx, change)
    another = stating(settlement_account=a_new_account(account_number="12020202099000888888"))
    refused = await answer(db, lambda tx: file(tx, provider, another))
    assert isinstance(refused, ChangeUnproven)  # what proved the first account proves no second one


async def test_proof_is_not_exchanged_under_the_reviewers_eyes(db, clock):
    provider, _ = await a_waiting_change(db, clock)
    refused = await answer(db, lambda tx: prove(db, clock, provider, "identity_card_front"))
    assert isinstance(refused, WrongChangeState)
    assert await answer(db, lambda tx: prove(db, clock, provider, "icp_filing")) is None


async def test_bad_statements_name_their_fields(db, clock):
    provider, change = await a_waiting_change(db, clock)
    async with db.transaction() as tx:
        await profile_changes.withdraw_change(tx, change.change_id, change.version, "account-1")
    for stated, pointer in [
        (stating(), ""),
        (stating(legal_name=NEW_NAME), "/settlement_account/account_name"),
        (stating(representative={"name": "孙示例"}), "/representative/identity_number"),
        (stating(representative=a_new_representative(identity_number="123")), "/representative/identity_number"),
        (stating(settlement_account=a_new_account(bank_code="")), "/settlement_account/bank_code"),
    ]:
        refused = await answer(db, partial(file, provider=provider, stated=stated))
        assert isinstance(refused, Invalid), pointer
        assert [error["pointer"] for error in refused.facts["errors"]] == [pointer]
    async with db.transaction() as tx:
        assert len(await queries.changes_of(tx, provider.provider_id, None, 10)) == 1


async def test_who_is_not_admitted_files_no_change(db):
    provider = await an_applicant(db)
    assert isinstance(await answer(db, lambda tx: file(tx, provider, everything())), WrongStanding)


async def test_an_expelled_ones_representative_is_refused_when_filed_and_when_approved(db, clock):
    person = a_new_representative()
    expelled = await an_admitted_provider_in(
        db, "account-2", statement=a_statement(**{PersonRole.REPRESENTATIVE: person})
    )
    provider, change = await a_waiting_change(db, clock, stating(representative=person))
    async with db.transaction() as tx:
        target = Target(kind="provider", id=expelled.provider_id)
        await keep_restriction(tx, [received_restriction(target, a_cause(*Effect, from_=clock.at))])
    assert isinstance(await answer(db, lambda tx: approve(tx, change)), IdentityBarred)
    assert (await held(db, provider)).of(PersonRole.REPRESENTATIVE) != person
    async with db.transaction() as tx:
        await reject(tx, change)
    assert isinstance(await answer(db, lambda tx: file(tx, provider, stating(representative=person))), IdentityBarred)


async def test_an_approved_representative_links_the_accounts_of_the_same_one(db, clock):
    person = a_new_representative()
    other = await an_admitted_provider_in(db, "account-2", statement=a_statement(**{PersonRole.REPRESENTATIVE: person}))
    provider, change = await a_waiting_change(db, clock, stating(representative=person))
    ids = [provider.provider_id, other.provider_id]
    async with db.transaction() as tx:
        assert not await groups.group_ids_of(tx, ids)
        await approve(tx, change)
    async with db.transaction() as tx:
        assert len(set(await groups.group_ids_of(tx, ids))) == 1


async def test_nothing_about_persons_shows_in_what_is_kept_and_told(db, clock):
    stated = everything()
    provider, change = await a_waiting_change(db, clock, stated)
    async with db.transaction() as tx:
        await reviews.claim_change(tx, change.change_id, change.version, "officer-1", timedelta(minutes=30))
    async with db.transaction() as tx:
        rows = [
            str(dict(row)).replace("\\", "")
            for table in ("audit", "outbox", "profile_change", "notice")
            for row in await tx.driver.fetch(f"SELECT * FROM {table}")
        ]
    kept = "\n".join(rows)
    assert str(provider.provider_id) in kept
    secrets = [value for role in PersonRole for value in stated.of(role).values() if value != NEW_NAME]
    assert [secret for secret in secrets if secret in kept] == []


@pytest.mark.parametrize("then", [ChangeState.APPROVED, ChangeState.REJECTED, ChangeState.CHANGES_REQUESTED])
async def test_the_provider_is_told_of_each_decision(db, clock, then):
    _, change = await a_waiting_change(db, clock)
    async with db.transaction() as tx:
        await (approve(tx, change) if then is ChangeState.APPROVED else turn_back(tx, change, then))
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT recipient FROM notice WHERE kind = $1", f"profile_change.{then}")
    assert [row["recipient"] for row in rows] == ["account-1"]


async def test_its_due_date_is_firmed_up_with_the_calendar_of_its_year(db, clock):
    clock.advance(datetime(2031, 3, 3, 1, tzinfo=UTC) - clock.at)
    _, change = await a_waiting_change(db, clock)
    assert change.due_at
    assert change.due_is_provisional
    async with db.transaction() as tx:
        await publish_years(tx, {2031: {change.due_at.date(): Named(False, "made up")}, 2032: {}})
    async with db.transaction() as tx:
        assert await firm_up_due_dates(tx) == 1
    async with db.transaction() as tx:
        after = await queries.change(tx, change.change_id, None)
    assert after.due_at
    assert after.due_at > change.due_at
    assert not after.due_is_provisional
