"""How maintenances are found and locked, and whose they are."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from services.monitoring import tables
from services.monitoring.domain.maintenance import Maintenance
from shared.db.transaction import Transaction

_columns = tables.maintenance.c


async def is_own(tx: Transaction, provider_id: UUID, account_id: str) -> bool:
    """Whether the account is this provider, as the registry last told."""
    found = await tx.driver.fetchval(
        "SELECT state ->> 'account_id' = $2 FROM provider WHERE key = $1", str(provider_id), account_id
    )
    return bool(found)


async def count_ahead(tx: Transaction, listing_id: UUID) -> int:
    query = select(func.count()).where(
        _columns.listing_id == listing_id, _columns.ends_at > tx.now, _columns.cancelled_at.is_(None)
    )
    return int(await tx.session.scalar(query) or 0)


async def lock(tx: Transaction, maintenance_id: UUID) -> Maintenance | None:
    query = select(Maintenance).where(_columns.maintenance_id == maintenance_id)
    return await tx.session.scalar(query.with_for_update())


async def lock_after(tx: Transaction, after: str, limit: int) -> Sequence[Maintenance]:
    """The next by id, locked, so that what is told of them cannot be overtaken by a change."""
    query = select(Maintenance).order_by(_columns.maintenance_id).limit(limit).with_for_update()
    return (await tx.session.scalars(query.where(_columns.maintenance_id > UUID(after)) if after else query)).all()
