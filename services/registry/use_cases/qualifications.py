"""The right to sell in a category: granted, renewed, revoked (3.2, 8.1)."""

from datetime import datetime
from uuid import UUID

from services.registry import store
from services.registry.domain.provider import Provider
from services.registry.use_cases.standing import tell_if_changed
from shared.db.transaction import Transaction
from shared.errors import Invalid


async def grant_qualification(
    tx: Transaction, provider_id: UUID, officer: str, category: str, expires_at: datetime | None, reason: str
) -> Provider:
    """Opens a category for the provider; granting it again replaces its end."""
    if expires_at is not None and expires_at <= tx.now:
        raise Invalid(
            "The qualification would be expired already",
            errors=[{"pointer": "/expires_at", "in": "body", "message": "must lie in the future"}],
        )
    provider = await store.lock_provider(tx, provider_id)
    known = {q.category: q for q in await store.qualifications(tx, provider_id)}
    if (held := known.get(category)) is not None and held.expires_at == expires_at:
        return provider
    qualification, granted = provider.qualify(category, by=officer, at=tx.now, expires_at=expires_at)
    await tx.session.merge(qualification)
    tx.emit(granted)
    await tell_if_changed(tx, provider)
    tx.record(
        "grant_qualification",
        provider.target,
        old={"expires_at": held.expires_at} if held else None,
        new={"category": category, "expires_at": expires_at},
        reason=reason,
    )
    return provider
