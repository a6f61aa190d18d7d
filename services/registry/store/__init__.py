"""How the registry's aggregates are found, locked and kept."""

from services.registry.store import exits, obligations
from services.registry.store.agreements import agreement, agreements, lock_seed, signatures
from services.registry.store.applications import (
    PROVISIONAL,
    application,
    document_kinds,
    documents,
    dossier,
    persons,
)
from services.registry.store.providers import (
    keep_told,
    lock_account,
    lock_own_provider,
    lock_provider,
    lock_providers_after,
    provider_of,
    with_code,
)
from services.registry.store.qualifications import qualifications
from services.registry.store.restrictions import causes, keep_anchor
from services.registry.store.situations import situation_of, state_of

__all__ = [
    "PROVISIONAL",
    "agreement",
    "agreements",
    "application",
    "causes",
    "document_kinds",
    "documents",
    "dossier",
    "exits",
    "keep_anchor",
    "keep_told",
    "lock_account",
    "lock_own_provider",
    "lock_provider",
    "lock_providers_after",
    "lock_seed",
    "obligations",
    "persons",
    "provider_of",
    "qualifications",
    "signatures",
    "situation_of",
    "state_of",
    "with_code",
]
