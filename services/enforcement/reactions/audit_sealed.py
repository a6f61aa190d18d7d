"""audit.sealed → the seal is kept here, out of reach of the service whose audit trail it closes."""

from services.enforcement import store
from shared.contracts.audit import AuditSealed
from shared.db.transaction import Transaction


async def keep_anchor(tx: Transaction, sealed: AuditSealed) -> None:
    await store.keep_anchor(tx, sealed.service, sealed.count, sealed.head_hash, sealed.sealed_at)
