"""An admitted provider changes what was verified; until staff approves, what holds stays in force (3.1)."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import NoReturn
from uuid import UUID

from services.registry import store
from services.registry.domain.application import Deadline
from services.registry.domain.document import today
from services.registry.domain.errors import ChangePending, WrongStanding
from services.registry.domain.person import FIELDS, Details, PersonRole, Statement
from services.registry.domain.profile_change import ChangeState, ProfileChange, Proposal
from services.registry.domain.provider import Provider
from services.registry.use_cases.numbers import checked
from services.registry.use_cases.profile_change_proofs import refuse_unproven
from services.registry.use_cases.standing import refuse_blocked_account
from services.registry.use_cases.statements import statement_of
from services.registry.use_cases.traits import refuse_barred_person
from shared.business_days import add_business_days
from shared.contracts.registry import Standing
from shared.db.transaction import Transaction
from shared.errors import Invalid, NotFound
from shared.ids import new_id
from shared.personal.vault import Vault

SETTLED = (PersonRole.REPRESENTATIVE, PersonRole.SETTLEMENT_ACCOUNT)


async def file_change(
    tx: Transaction, vault: Vault, provider_id: UUID, account_id: str, stated: Statement, days: int
) -> ProfileChange:
    """What is left out stays as it is. One change waits at a time."""
    provider = await store.lock_own_provider(tx, provider_id, account_id)
    await refuse_blocked_account(tx, provider)
    refuse_unsettled(provider)
    if (pending := await store.open_change(tx, provider_id)) is not None:
        raise ChangePending(
            "Correct or withdraw the one that is open", change_id=str(pending.change_id), state=pending.state
        )
    change = ProfileChange(new_id(), provider_id, account_id)
    await _submit(tx, vault, provider, change, stated, days)
    tx.session.add(change)
    record(tx, "file_profile_change", change, None)
    return change


async def correct_change(
    tx: Transaction, vault: Vault, change_id: UUID, version: int, account_id: str, stated: Statement, days: int
) -> ProfileChange:
    """After changes were asked for it is stated anew as a whole, and waits again."""
    provider, change = await _lock_own(tx, change_id, version, account_id)
    await refuse_blocked_account(tx, provider)
    refuse_unsettled(provider)
    old = change.state
    await _submit(tx, vault, provider, change, stated, days)
    record(tx, "correct_profile_change", change, old)
    return change


async def withdraw_change(tx: Transaction, change_id: UUID, version: int, account_id: str) -> ProfileChange:
    _, change = await _lock_own(tx, change_id, version, account_id)
    old = change.state
    change.withdraw()
    record(tx, "withdraw_profile_change", change, old)
    return change


async def read_change(tx: Transaction, vault: Vault, change: ProfileChange) -> Statement:
    """What it says, opened; that somebody read it is recorded. Once the change is over, nothing about persons."""
    stated = await stated_by(tx, vault, change)
    tx.record("read_profile_change", change.target)
    return stated


async def stated_by(tx: Transaction, vault: Vault, change: ProfileChange) -> Statement:
    """Only what shall change."""
    persons = await store.persons(tx, change.provider_id)
    opened: dict[PersonRole, Details] = {
        role: json.loads(await vault.unseal(tx, persons[role].person_id, sealed))
        for role, sealed in change.sealed.items()
    }
    return Statement(change.legal_name, change.registered_address, persons=opened)


def merged(current: Statement, stated: Statement) -> Statement:
    """All that the provider states once the change holds."""
    return replace(
        current,
        legal_name=stated.legal_name or current.legal_name,
        registered_address=stated.registered_address or current.registered_address,
        persons={**current.persons, **{role: stated.of(role) for role in SETTLED if stated.of(role)}},
    )


def refuse_unsettled(provider: Provider) -> None:
    """Before its admission a provider simply states its profile anew; after its exit nothing changes any more."""
    if provider.admitted_at is None or provider.standing is Standing.EXITED:
        raise WrongStanding("Only a provider in the market changes what was verified", standing=provider.standing)


def record(tx: Transaction, action: str, change: ProfileChange, old: ChangeState | None) -> None:
    tx.record(
        action,
        change.target,
        old={"state": old} if old else None,
        new={
            "provider_id": change.provider_id,
            "state": change.state,
            "items": change.items,
            "round": change.round,
            "due_at": change.due_at,
            "claimed_until": change.claimed_until,
            "objections": change.objections,
        },
        reason=change.reason,
    )


async def lock(tx: Transaction, change_id: UUID, version: int) -> tuple[Provider, ProfileChange]:
    """The provider first, as everywhere."""
    found = await tx.session.get(ProfileChange, change_id)
    if found is None:
        raise NotFound("There is no change with this id")
    provider = await store.lock_provider(tx, found.provider_id)
    return provider, await store.lock_change(tx, change_id, version)


async def _lock_own(tx: Transaction, change_id: UUID, version: int, account_id: str) -> tuple[Provider, ProfileChange]:
    """Another's change does not exist for an account."""
    found = await tx.session.get(ProfileChange, change_id)
    if found is None or found.account_id != account_id:
        raise NotFound("There is no change with this id")
    return await lock(tx, change_id, version)


async def _submit(
    tx: Transaction, vault: Vault, provider: Provider, change: ProfileChange, stated: Statement, days: int
) -> None:
    _refuse_incomplete(stated)
    current = await statement_of(tx, vault, provider)
    then = checked(merged(current, stated), today(tx.now))
    persons = await store.persons(tx, provider.provider_id)
    sealed = {
        role: await vault.seal(tx, persons[role].person_id, json.dumps(then.of(role), ensure_ascii=False))
        for role in SETTLED
        if then.of(role) != current.of(role)
    }
    proposal = Proposal(
        then.legal_name if then.legal_name != current.legal_name else "",
        then.registered_address if then.registered_address != current.registered_address else "",
        sealed,
    )
    if not proposal.items:
        raise Invalid("Nothing changes", errors=[{"pointer": "", "in": "body", "message": "says what holds already"}])
    await refuse_barred_person(tx, vault, provider, then.of(PersonRole.REPRESENTATIVE))
    due = await add_business_days(tx, tx.now, days)
    change.submit(proposal, Deadline(days, due.due_at, due.is_provisional), at=tx.now)
    await refuse_unproven(tx, provider, change)


def _refuse_incomplete(stated: Statement) -> None:
    given: Mapping[PersonRole, Details] = {role: stated.of(role) for role in SETTLED}
    missing = [
        f"/{role}/{name}" for role in SETTLED if given[role] for name in FIELDS[role] if not given[role].get(name)
    ]
    if missing:
        _refuse(missing)


def _refuse(pointers: list[str]) -> NoReturn:
    raise Invalid(
        "Who changes is stated completely",
        errors=[{"pointer": pointer, "in": "body", "message": "is to be stated too"} for pointer in pointers],
    )
