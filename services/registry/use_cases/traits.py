"""By what two accounts are known for the same provider (6.5.11): blind-index digests of what a provider states."""

from collections.abc import Collection, Mapping

from services.registry import store
from services.registry.domain.person import Details, PersonRole
from services.registry.domain.provider import Provider
from services.registry.domain.trait import TraitKind, normalised
from services.registry.use_cases import links
from services.registry.use_cases.statements import statement_of
from shared.db.transaction import Transaction
from shared.personal.vault import Vault

_CONTACTS = (PersonRole.SUPPORT_CONTACT, PersonRole.SECURITY_CONTACT)


async def keep_traits(tx: Transaction, vault: Vault, provider: Provider) -> None:
    """After everything that changes what a provider states. The identity of an expelled one is refused."""
    digests = await _digests_of(tx, vault, provider)
    await links.refuse_barred(tx, digests, but=provider.provider_id)
    await links.note_traits(tx, provider, digests)


async def refuse_barred(tx: Transaction, vault: Vault, provider: Provider) -> None:
    await links.refuse_barred(tx, await _digests_of(tx, vault, provider), but=provider.provider_id)


async def refuse_barred_person(tx: Transaction, vault: Vault, provider: Provider, details: Details) -> None:
    """Who shall represent the provider from now on must not be an expelled one's."""
    spellings = _spellings(TraitKind.REPRESENTATIVE, [details.get("identity_number", "")])
    digests = {TraitKind.REPRESENTATIVE: {vault.index(TraitKind.REPRESENTATIVE, text) for text in spellings}}
    await links.refuse_barred(tx, digests, but=provider.provider_id)


async def spelled(tx: Transaction, vault: Vault, provider: Provider) -> Mapping[TraitKind, frozenset[str]]:
    """The traits that the provider states, in plain text: only ever in memory."""
    statement = await statement_of(tx, vault, provider)
    contacts = [statement.of(role) for role in _CONTACTS]
    documents = await store.current_documents(tx, provider.provider_id)
    texts: dict[TraitKind, list[str]] = {
        TraitKind.CODE: [provider.unified_social_credit_code],
        TraitKind.REPRESENTATIVE: [statement.of(PersonRole.REPRESENTATIVE).get("identity_number", "")],
        TraitKind.BANK_ACCOUNT: [statement.of(PersonRole.SETTLEMENT_ACCOUNT).get("account_number", "")],
        TraitKind.PHONE: [contact.get("phone", "") for contact in contacts],
        TraitKind.MAIL_DOMAIN: [contact.get("email", "") for contact in contacts],
        TraitKind.ADDRESS: [statement.registered_address],
        TraitKind.WEBSITE: [statement.website],
        # A certificate's number; that of the business licence is the code, which links by itself.
        TraitKind.CERTIFICATE: [
            document.number
            for document in documents
            if document.is_valid(tx.now) and document.number != provider.unified_social_credit_code
        ],
    }
    return {kind: _spellings(kind, of_kind) for kind, of_kind in texts.items()}


async def _digests_of(tx: Transaction, vault: Vault, provider: Provider) -> Mapping[TraitKind, Collection[bytes]]:
    stated = await spelled(tx, vault, provider)
    return {kind: frozenset(vault.index(kind, text) for text in texts) for kind, texts in stated.items()}


def _spellings(kind: TraitKind, texts: Collection[str]) -> frozenset[str]:
    plain = (normalised(kind, text) for text in texts if text)
    return frozenset(text for text in plain if text)
