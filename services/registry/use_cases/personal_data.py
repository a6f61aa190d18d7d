"""What is kept about a provider's persons: shown to whom it belongs, and forgotten where the law allows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.registry import store
from services.registry.domain import erasure
from services.registry.domain.agreement import Signature
from services.registry.domain.application import Item
from services.registry.domain.erasure import Erasure
from services.registry.domain.person import PersonRole, Statement
from services.registry.domain.provider import Provider
from services.registry.domain.trait import TraitKind
from services.registry.store import abandoned_files, groups, links
from services.registry.use_cases.links import note_traits
from services.registry.use_cases.numbers import refuse_personal
from services.registry.use_cases.profile_changes import record, stated_by
from services.registry.use_cases.statements import statement_of
from shared.db.transaction import Transaction
from shared.ids import new_id
from shared.notices import close_channels
from shared.personal.vault import Vault


@dataclass(frozen=True, slots=True)
class PersonalData:
    """`signatures` say from where and with what somebody signed; `proposed` is what a waiting change says."""

    provider: Provider
    statement: Statement
    signatures: Sequence[Signature]
    proposed: Statement


@dataclass(frozen=True, slots=True)
class Erased:
    """`persons` whose key was destroyed just now; a repeat finds none."""

    provider: Provider
    persons: tuple[PersonRole, ...]
    documents: int
    outcome: Erasure


async def export_personal_data(tx: Transaction, vault: Vault, provider_id: UUID, account_id: str) -> PersonalData:
    """To the account whose data it is; that it was read is recorded."""
    provider = await store.lock_own_provider(tx, provider_id, account_id)
    statement = await statement_of(tx, vault, provider)
    change = await store.open_change(tx, provider_id)
    proposed = await stated_by(tx, vault, change) if change is not None else Statement("")
    tx.record("export_personal_data", provider.target)
    return PersonalData(provider, statement, await store.signatures(tx, provider_id), proposed)


async def erase_personal_data(
    tx: Transaction, vault: Vault, provider_id: UUID, version: int, officer: str, reason: str
) -> Erased:
    """Destroys the key of every person. What was sealed, in rows, files and backups, says nothing from now on."""
    refuse_personal(reason, "/reason")
    provider = await store.lock_provider(tx, provider_id, version)
    provider.refuse_own(officer)
    application = await store.application(tx, provider_id)
    traits = await links.traits(tx, provider_id)
    outcome = erasure.plan(
        provider.standing,
        application.state,
        traits,
        is_barred=await links.is_expelled(tx, provider_id),
        is_linked=bool(await groups.group_ids_of(tx, [provider_id])),
    )
    erasure.refuse_retained(await store.exits.left_at(tx, provider_id), tx.now)
    persons = await store.persons(tx, provider_id)
    documents = await store.documents(tx, provider_id)
    destroyed = [role for role, person in sorted(persons.items()) if await vault.erase(tx, person.person_id)]
    for person in persons.values():
        person.forget(new_id())
    if (change := await store.open_change(tx, provider_id)) is not None:
        old_state = change.state
        change.withdraw()
        record(tx, "withdraw_profile_change", change, old_state)
    for document in documents:
        document.lapse(at=tx.now)
    await abandoned_files.abandon(tx, [document.blob for document in documents])
    for signature in await store.signatures(tx, provider_id):
        signature.forget_place()
    await close_channels(tx, provider.account_id)
    application.doubt(Item)
    if traits != outcome.traits:
        remaining: dict[TraitKind, set[bytes]] = {}
        for kind, digest in outcome.traits:
            remaining.setdefault(kind, set()).add(digest)
        await note_traits(tx, provider, remaining)
    await links.forget_grounds(tx, provider_id)
    if destroyed:
        provider.version += 1
    tx.record(
        "erase_personal_data",
        provider.target,
        new={"persons": destroyed, "documents": len(documents), "kept": outcome.kept},
        reason=reason,
    )
    return Erased(provider, tuple(destroyed), len(documents), outcome)
