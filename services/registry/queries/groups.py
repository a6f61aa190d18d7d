"""Reads of groups, as they are and as they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, select, true, tuple_

from services.registry import tables
from shared.contracts.registry import Member
from shared.db.transaction import Transaction
from shared.errors import NotFound

_group, _columns = tables.account_group, tables.membership.c


@dataclass(frozen=True, slots=True)
class Membership:
    provider_id: UUID
    since: datetime
    until: datetime | None
    basis: str
    ended_by: str


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group with its members at the instant `at`."""

    group_id: UUID
    version: int
    founded_at: datetime
    changed_at: datetime
    merged_into: UUID | None
    at: datetime
    members: tuple[Member, ...]


async def group(tx: Transaction, group_id: UUID, at: datetime | None = None) -> GroupView:
    """The group; its members now, or who they were at that instant."""
    row = await _row(tx, group_id)
    found = await tx.session.execute(
        select(_columns.provider_id, _columns.since, _columns.basis)
        .where(
            _columns.group_id == group_id,
            _columns.since <= at if at is not None else true(),
            or_(_columns.until.is_(None), _columns.until > at) if at is not None else _columns.until.is_(None),
        )
        .order_by(_columns.since, _columns.provider_id)
    )
    members = tuple(Member(provider_id=id_, since=since, basis=basis) for id_, since, basis in found)
    # Changes of one instant are told a tick apart, so that the newest is never after the instant it is shown for.
    seen = at or max(tx.now, row.changed_at)
    return GroupView(row.group_id, row.version, row.founded_at, row.changed_at, row.merged_into, seen, members)


async def group_of(tx: Transaction, provider_id: UUID) -> GroupView:
    """The group that a provider belongs to now."""
    current = select(_columns.group_id).where(_columns.provider_id == provider_id, _columns.until.is_(None))
    group_id = await tx.session.scalar(current)
    if group_id is None:
        raise NotFound("The provider is linked with no other account")
    return await group(tx, group_id)


async def memberships(
    tx: Transaction, group_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Membership]:
    """Everybody who ever belonged to the group, in the order of joining."""
    await _row(tx, group_id)
    key = (_columns.since, _columns.provider_id)
    found = await tx.session.execute(
        select(_columns.provider_id, _columns.since, _columns.until, _columns.basis, _columns.ended_by)
        .where(_columns.group_id == group_id, tuple_(*key) > tuple_(*after) if after is not None else true())
        .order_by(*key)
        .limit(limit)
    )
    return [Membership(*row) for row in found]


async def _row(tx: Transaction, group_id: UUID) -> Row[Any, Any, Any, Any, Any]:
    columns = (_group.c.group_id, _group.c.version, _group.c.founded_at, _group.c.changed_at, _group.c.merged_into)
    found = (await tx.session.execute(select(*columns).where(_group.c.group_id == group_id))).one_or_none()
    if found is None:
        raise NotFound("There is no group with this id")
    return found
