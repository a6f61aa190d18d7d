"""How the registry's aggregates are found, locked and kept."""

from services.registry.store import exits, obligations
from services.registry.store.agreements import (
    admitted_without,
    agreement,
    agreements,
    claim_timer,
    lock_seed,
    lock_unsigned_after,
    signatures,
)
from services.registry.store.applications import (
    PROVISIONAL,
    application,
    current_documents,
    document_kinds,
    documents,
    dossier,
    persons,
)
from services.registry.store.profile_changes import PROVISIONAL_CHANGES, lock_change, open_change
from services.registry.store.providers import (
    keep_told,
    lock_account,
    lock_own_provider,
    lock_provider,
    lock_providers_after,
    provider_of,
    with_code,
)
from services.registry.store.qualifications import (
    category_restriction,
    claim_lapsed,
    claim_to_remind,
    lock_request,
    open_request,
    qualification,
    qualifications,
    requirements,
    steps,
)
from services.registry.store.restrictions import causes, keep_anchor
from services.registry.store.situations import situation_of, state_of

__all__ = [
    "PROVISIONAL",
    "PROVISIONAL_CHANGES",
    "admitted_without",
    "agreement",
    "agreements",
    "application",
    "category_restriction",
    "causes",
    "claim_lapsed",
    "claim_timer",
    "claim_to_remind",
    "current_documents",
    "document_kinds",
    "documents",
    "dossier",
    "exits",
    "keep_anchor",
    "keep_told",
    "lock_account",
    "lock_change",
    "lock_own_provider",
    "lock_provider",
    "lock_providers_after",
    "lock_request",
    "lock_seed",
    "lock_unsigned_after",
    "obligations",
    "open_change",
    "open_request",
    "persons",
    "provider_of",
    "qualification",
    "qualifications",
    "requirements",
    "signatures",
    "situation_of",
    "state_of",
    "steps",
    "with_code",
]
