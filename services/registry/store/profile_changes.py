"""How changes of what was verified are found and locked."""

from uuid import UUID

from sqlalchemy import select

from services.registry import tables
from services.registry.domain.profile_change import OPEN, ProfileChange
from shared.business_days import Deadlines
from shared.db.transaction import Transaction
from shared.errors import NotFound, StaleVersion


async def lock_change(tx: Transaction, change_id: UUID, version: int) -> ProfileChange:
    """Its provider's row is to be locked before, as everywhere."""
    found = await tx.session.get(ProfileChange, change_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no change with this id")
    if found.version != version:
        raise StaleVersion(f"The change is at version {found.version} by now", version=found.version)
    return found


async def open_change(tx: Transaction, provider_id: UUID) -> ProfileChange | None:
    """The one that waits. The provider's row is locked by then, or it is only read."""
    columns = tables.profile_change.c
    found = await tx.session.scalars(
        select(ProfileChange).where(columns.provider_id == provider_id, columns.state.in_(OPEN))
    )
    return found.one_or_none()


PROVISIONAL_CHANGES = Deadlines(
    "profile_change", "change_id", "submitted_at", "due_business_days", "due_at", "due_is_provisional"
)
"""The due dates that are computed anew when the calendar of their year is published."""
