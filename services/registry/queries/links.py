"""Reads of proposed and decided pairs."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, true, tuple_

from services.registry import tables
from services.registry.domain.proposal import Link, LinkStatus
from shared.db.transaction import Transaction
from shared.errors import NotFound

_columns = tables.link.c


class Order(StrEnum):
    CONFIDENCE = "confidence"
    AGE = "age"


async def link(tx: Transaction, link_id: UUID) -> Link:
    found = await tx.session.get(Link, link_id)
    if found is None:
        raise NotFound("There is no pair of accounts with this id")
    return found


async def links(
    tx: Transaction, status: LinkStatus, order: Order, after: tuple[Any, UUID] | None, limit: int
) -> Sequence[Link]:
    """The surest first, or the oldest. What is proposed of accounts that are linked anyway needs nobody."""
    by_age = (_columns.proposed_at, _columns.link_id)
    by_confidence = (_columns.confidence.desc(), _columns.link_id)
    query = (
        select(Link)
        .where(
            _columns.status == status,
            ~_are_linked() if status is LinkStatus.PROPOSED else true(),
            _follows(order, *after) if after is not None else true(),
        )
        .order_by(*(by_age if order is Order.AGE else by_confidence))
        .limit(limit)
    )
    return (await tx.session.scalars(query)).all()


def _follows(order: Order, key: Any, link_id: UUID) -> ColumnElement[bool]:
    if order is Order.AGE:
        return tuple_(_columns.proposed_at, _columns.link_id) > tuple_(datetime.fromisoformat(key), link_id)
    same = and_(_columns.confidence == key, _columns.link_id > link_id)
    return and_(_columns.confidence <= key, or_(_columns.confidence < key, same))


def _are_linked() -> ColumnElement[bool]:
    one, other = tables.membership.alias(), tables.membership.alias()
    return exists().where(
        one.c.provider_id == _columns.first_id,
        one.c.until.is_(None),
        other.c.provider_id == _columns.second_id,
        other.c.until.is_(None),
        one.c.group_id == other.c.group_id,
    )
