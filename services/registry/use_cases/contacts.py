"""Where a provider gets e-mail: opened when something is sent, and kept nowhere else."""

from services.registry import store
from services.registry.domain.person import PersonRole
from services.registry.use_cases.statements import details_of
from shared.db.transaction import Transaction
from shared.personal.vault import Vault


async def support_address(tx: Transaction, vault: Vault, recipient: str) -> str | None:
    """The support contact's address; None for who is no provider or states none."""
    provider_id = await store.provider_of(tx, recipient)
    if provider_id is None:
        return None
    contact = (await store.persons(tx, provider_id)).get(PersonRole.SUPPORT_CONTACT)
    return (await details_of(tx, vault, contact)).get("email") if contact is not None else None
