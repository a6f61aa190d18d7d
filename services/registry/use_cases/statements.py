"""What a provider states of persons is sealed when it is kept, and opened only to compare or to show it."""

import json
from collections.abc import Mapping

from services.registry import store
from services.registry.domain.application import Item
from services.registry.domain.person import Details, Person, PersonRole, Statement
from services.registry.domain.provider import Provider
from shared.db.transaction import Transaction
from shared.personal.vault import Vault

ITEM_OF = {
    PersonRole.REPRESENTATIVE: Item.REPRESENTATIVE,
    PersonRole.SUPPORT_CONTACT: Item.CONTACTS,
    PersonRole.SECURITY_CONTACT: Item.CONTACTS,
    PersonRole.SETTLEMENT_ACCOUNT: Item.SETTLEMENT_ACCOUNT,
}


async def statement_of(tx: Transaction, vault: Vault, provider: Provider) -> Statement:
    """All that the provider states, opened."""
    persons = await store.persons(tx, provider.provider_id)
    profile = provider.profile
    details = {role: await details_of(tx, vault, person) for role, person in persons.items()}
    return Statement(profile.legal_name, profile.registered_address, profile.website, details)


async def details_of(tx: Transaction, vault: Vault, person: Person) -> Details:
    if person.sealed is None:
        return {}
    opened: dict[str, str] = json.loads(await vault.unseal(tx, person.person_id, person.sealed))
    return opened


async def seal_persons(
    tx: Transaction, vault: Vault, persons: Mapping[PersonRole, Person], statement: Statement
) -> frozenset[PersonRole]:
    """Keeps what is stated of each person; whose details changed is returned."""
    changed = set()
    for role, person in persons.items():
        details = statement.of(role)
        if details == await details_of(tx, vault, person):
            continue
        sealed = await vault.seal(tx, person.person_id, json.dumps(details, ensure_ascii=False)) if details else None
        person.state(sealed, details)
        changed.add(role)
    return frozenset(changed)
