"""How providers are found and locked."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, true

from services.registry import tables
from services.registry.domain.provider import Provider
from shared.contracts.registry import ProviderStandingChanged
from shared.db.transaction import Transaction
from shared.errors import NotFound, StaleVersion


async def lock_account(tx: Transaction, account_id: str) -> None:
    """Applications of one account come one after the other, so that a second one sees the first."""
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"account:{account_id}", 0))))


async def lock_provider(tx: Transaction, provider_id: UUID, version: int | None = None) -> Provider:
    """The provider, locked until the end of the transaction; `version` is the one that the caller read."""
    found = await tx.session.get(Provider, provider_id, with_for_update=True)
    if found is None:
        raise NotFound("There is no provider with this id")
    if version is not None and found.version != version:
        raise StaleVersion(f"The provider is at version {found.version} by now", version=found.version)
    return found


async def lock_own_provider(
    tx: Transaction, provider_id: UUID, account_id: str, version: int | None = None
) -> Provider:
    """The same for its own account; another's provider does not exist for it."""
    owned = select(tables.provider.c.provider_id).where(
        tables.provider.c.provider_id == provider_id, tables.provider.c.account_id == account_id
    )
    if await tx.session.scalar(owned) is None:
        raise NotFound("There is no provider with this id")
    return await lock_provider(tx, provider_id, version)


async def provider_of(tx: Transaction, account_id: str) -> UUID | None:
    found: UUID | None = await tx.session.scalar(
        select(tables.provider.c.provider_id).where(tables.provider.c.account_id == account_id)
    )
    return found


async def with_code(tx: Transaction, code: str) -> Sequence[UUID]:
    """The providers that state this unified social credit code."""
    found = await tx.session.scalars(
        select(tables.provider.c.provider_id)
        .where(tables.provider.c.unified_social_credit_code == code)
        .order_by(tables.provider.c.provider_id)
    )
    return found.all()


async def lock_providers_after(tx: Transaction, provider_id: str, limit: int) -> Sequence[Provider]:
    """The next `limit` providers by id. Locked, so that what is told of them cannot be overtaken by a change."""
    after = tables.provider.c.provider_id > UUID(provider_id) if provider_id else true()
    found = await tx.session.scalars(
        select(Provider).where(after).order_by(tables.provider.c.provider_id).limit(limit).with_for_update()
    )
    return found.all()


async def keep_told(tx: Transaction, provider_id: UUID, state: ProviderStandingChanged) -> bool:
    """Remembers what is told of a provider now; false when the same was told last."""
    written = await tx.driver.fetchval(
        """
        INSERT INTO told_standing AS t (provider_id, state) VALUES ($1, $2::jsonb)
        ON CONFLICT (provider_id) DO UPDATE SET state = excluded.state WHERE t.state <> excluded.state
        RETURNING true
        """,
        provider_id,
        state.model_dump_json(),
    )
    return bool(written)
