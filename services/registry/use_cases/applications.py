"""An enterprise asks to sell here: it applies, completes what it states, submits, or thinks better of it (3.1)."""

from typing import Any
from uuid import UUID

from services.registry import store
from services.registry.domain.application import Application, ApplicationState, Deadline
from services.registry.domain.document import today
from services.registry.domain.errors import AccountHasProvider, ProfileSettled
from services.registry.domain.person import Person, PersonRole, Statement
from services.registry.domain.provider import Profile, Provider
from services.registry.use_cases.numbers import CODE, checked, enterprise_code
from services.registry.use_cases.standing import refuse_blocked_account, tell_if_changed
from services.registry.use_cases.statements import ITEM_OF, seal_persons, statement_of
from services.registry.use_cases.traits import keep_traits
from shared.business_days import add_business_days
from shared.db.transaction import Transaction
from shared.ids import new_id
from shared.personal.vault import Vault

_FREE_AFTER_ADMISSION = frozenset({PersonRole.SUPPORT_CONTACT, PersonRole.SECURITY_CONTACT})


async def apply_as_provider(
    tx: Transaction, vault: Vault, account_id: str, code: str, statement: Statement
) -> Provider:
    """An enterprise asks to sell here. One account has one provider; the same code on another account links the two."""
    code = enterprise_code(code)
    statement = checked(statement, today(tx.now))
    await store.lock_account(tx, account_id)
    if (existing := await store.provider_of(tx, account_id)) is not None:
        state = (await store.application(tx, existing)).state
        raise AccountHasProvider(
            "This account applied already; change that application and submit it",
            provider_id=str(existing),
            state=state,
        )
    provider = Provider(new_id(), account_id, code, _profile(statement), applied_at=tx.now)
    persons = {role: Person(new_id(), provider.provider_id, role) for role in PersonRole}
    tx.session.add(provider)
    await tx.session.flush()
    tx.session.add_all([Application(provider.provider_id, account_id), *persons.values()])
    await tx.session.flush()
    await seal_persons(tx, vault, persons, statement)
    await keep_traits(tx, vault, provider)
    await tell_if_changed(tx, provider)
    shown = _shown(provider, persons.values())
    tx.record("apply_as_provider", provider.target, new={"account_id": account_id, **shown})
    return provider


async def restate_profile(
    tx: Transaction, vault: Vault, provider_id: UUID, account_id: str, version: int, statement: Statement,
    code: str = "",
) -> Provider:  # fmt: skip
    """What changes must be verified anew; an empty `code` stays as it is.

    Once admitted, a provider changes only its contacts and its website.
    """
    provider = await store.lock_own_provider(tx, provider_id, account_id, version)
    await refuse_blocked_account(tx, provider)
    application = await store.application(tx, provider_id)
    application.refuse_changes()
    code = enterprise_code(code) if code else provider.unified_social_credit_code
    persons = await store.persons(tx, provider_id)
    statement, old = checked(statement, today(tx.now)), _shown(provider, persons.values())
    profile = _profile(statement)
    changed = await seal_persons(tx, vault, persons, statement)
    is_another = profile != provider.profile or code != provider.unified_social_credit_code
    if not changed and not is_another:
        return provider
    _refuse_settled(provider, profile, changed, code)
    if application.state is not ApplicationState.ADMITTED:
        doubted = {ITEM_OF[role] for role in changed}
        application.doubt({*doubted, "enterprise"} if is_another else doubted)
    await _correct_code(tx, provider, code)
    provider.restate(profile)
    await keep_traits(tx, vault, provider)
    await tell_if_changed(tx, provider)
    new = {**_shown(provider, persons.values()), "changed": sorted(changed)}
    tx.record("restate_profile", provider.target, old=old, new=new)
    return provider


async def submit_application(tx: Transaction, provider_id: UUID, account_id: str, version: int, days: int) -> Provider:
    """A complete application enters the queue, due in so many business days."""
    provider = await store.lock_own_provider(tx, provider_id, account_id, version)
    await refuse_blocked_account(tx, provider)
    dossier = await store.dossier(tx, provider)
    application, old = dossier.application, dossier.application.state
    dossier.refuse_incomplete(dossier.owed())
    due = await add_business_days(tx, tx.now, days)
    application.submit(Deadline(days, due.due_at, due.is_provisional), at=tx.now)
    provider.version += 1
    tx.record(
        "submit_application",
        provider.target,
        old={"state": old},
        new={"state": application.state, "round": application.round, "due_at": application.due_at},
    )
    return provider


async def withdraw_application(tx: Transaction, provider_id: UUID, account_id: str, version: int) -> Provider:
    """It leaves the queue. The provider may change it and submit it again."""
    provider = await store.lock_own_provider(tx, provider_id, account_id, version)
    application = await store.application(tx, provider_id)
    old = application.state
    application.withdraw()
    provider.version += 1
    tx.record("withdraw_application", provider.target, old={"state": old}, new={"state": application.state})
    return provider


async def read_profile(tx: Transaction, vault: Vault, provider: Provider) -> Statement:
    """Who reads the data about persons is recorded."""
    statement = await statement_of(tx, vault, provider)
    tx.record("read_profile", provider.target)
    return statement


async def _correct_code(tx: Transaction, provider: Provider, code: str) -> None:
    """Papers that were put forward under the code before prove nothing under this one."""
    before, provider.unified_social_credit_code = provider.unified_social_credit_code, code
    for document in await store.current_documents(tx, provider.provider_id) if code != before else ():
        if document.number == before:
            document.replaced_at = tx.now


def _refuse_settled(provider: Provider, profile: Profile, changed: frozenset[PersonRole], code: str) -> None:
    if provider.admitted_at is None:
        return
    old = provider.profile
    settled = [str(role) for role in sorted(changed - _FREE_AFTER_ADMISSION)]
    settled += [name for name in ("legal_name", "registered_address") if getattr(profile, name) != getattr(old, name)]
    settled += [CODE] if code != provider.unified_social_credit_code else []
    if settled:
        raise ProfileSettled("This was verified for the admission; file a change of the profile", fields=settled)


def _profile(statement: Statement) -> Profile:
    return Profile(statement.legal_name, statement.registered_address, statement.website)


def _shown(provider: Provider, persons: Any) -> dict[str, Any]:
    """The profile for the audit trail, which keeps nothing about a person but what was stated of them."""
    profile = provider.profile
    return {
        CODE: provider.unified_social_credit_code,
        "legal_name": profile.legal_name,
        "registered_address": profile.registered_address,
        "website": profile.website,
        "stated": {person.role: list(person.stated) for person in persons if person.stated},
    }
