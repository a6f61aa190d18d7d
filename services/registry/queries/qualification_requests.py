"""Reads of requests for qualifications, and of the queue of those that wait."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, true, tuple_

from services.registry import tables
from services.registry.domain.qualification_request import QUEUED, QualificationRequest
from shared.db.transaction import Transaction
from shared.errors import NotFound

_columns = tables.qualification_request.c


async def request(tx: Transaction, request_id: UUID, only_of: str | None) -> QualificationRequest:
    """The request; another's does not exist for an account."""
    found = await tx.session.get(QualificationRequest, request_id)
    if found is None or (only_of is not None and found.account_id != only_of):
        raise NotFound("There is no qualification request with this id")
    return found


async def requests_of(
    tx: Transaction, provider_id: UUID, after: UUID | None, limit: int
) -> Sequence[QualificationRequest]:
    found = await tx.session.scalars(
        select(QualificationRequest)
        .where(_columns.provider_id == provider_id, _columns.request_id > after if after else true())
        .order_by(_columns.request_id)
        .limit(limit)
    )
    return found.all()


async def waiting(tx: Transaction, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[QualificationRequest]:
    """Who came first comes first."""
    found = await tx.session.scalars(
        select(QualificationRequest)
        .where(
            _columns.state.in_(QUEUED),
            tuple_(_columns.requested_at, _columns.request_id) > tuple_(*after) if after is not None else true(),
        )
        .order_by(_columns.requested_at, _columns.request_id)
        .limit(limit)
    )
    return found.all()
