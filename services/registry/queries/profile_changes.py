"""Reads of changes of what was verified, and of the queue of those that wait."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, true, tuple_

from services.registry import tables
from services.registry.domain.profile_change import ProfileChange
from shared.db.transaction import Transaction
from shared.errors import NotFound

_columns = tables.profile_change.c


async def change(tx: Transaction, change_id: UUID, only_of: str | None) -> ProfileChange:
    """The change; another's does not exist for an account."""
    found = await tx.session.get(ProfileChange, change_id)
    if found is None or (only_of is not None and found.account_id != only_of):
        raise NotFound("There is no change with this id")
    return found


async def changes_of(tx: Transaction, provider_id: UUID, after: UUID | None, limit: int) -> Sequence[ProfileChange]:
    found = await tx.session.scalars(
        select(ProfileChange)
        .where(_columns.provider_id == provider_id, _columns.change_id > after if after else true())
        .order_by(_columns.change_id)
        .limit(limit)
    )
    return found.all()


async def waiting(tx: Transaction, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[ProfileChange]:
    """What is due first comes first."""
    found = await tx.session.scalars(
        select(ProfileChange)
        .where(
            _columns.due_at.is_not(None),
            tuple_(_columns.due_at, _columns.change_id) > tuple_(*after) if after is not None else true(),
        )
        .order_by(_columns.due_at, _columns.change_id)
        .limit(limit)
    )
    return found.all()
