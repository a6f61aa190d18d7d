"""Keeps the seals of enforcement's audit trail outside of enforcement's own database."""

from services.registry import store
from shared.contracts.audit import AuditSealed
from shared.db.transaction import Transaction


async def keep_anchor(tx: Transaction, sealed: AuditSealed) -> None:
    if sealed.service == "enforcement":
        await store.keep_anchor(tx, sealed.service, sealed.count, sealed.head_hash, sealed.sealed_at)
