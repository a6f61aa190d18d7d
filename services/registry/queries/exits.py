"""Reads of exits and receipts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, select, true, tuple_

from services.registry import store, tables
from services.registry.domain.exit import Exit, ExitKind, ExitStatus, Progress
from services.registry.domain.receipt import Receipt, ReceiptStatus
from shared.db.transaction import Transaction
from shared.errors import NotFound

_exit, _receipt = tables.exit_.c, tables.exit_receipt.c
# What a provider can act on comes first.
_RANK = case(
    (_exit.status.in_([ExitStatus.REQUESTED, ExitStatus.ACCEPTED]), 0),
    (_exit.status == ExitStatus.EFFECTIVE, 1),
    (_exit.status == ExitStatus.PROCEEDING, 2),
    else_=3,
)


@dataclass(frozen=True, slots=True)
class ExitView:
    """An exit, and where it stands by what other services have told."""

    exit: Exit
    progress: Progress
    checked_at: datetime


async def view(tx: Transaction, leaving: Exit) -> ExitView:
    return ExitView(leaving, await store.exits.progress_of(tx, leaving), tx.now)


async def current_exit(tx: Transaction, provider_id: UUID) -> Exit:
    """The exit under way, or the last one."""
    query = select(Exit).where(_exit.provider_id == provider_id).order_by(_RANK, _exit.exit_id.desc()).limit(1)
    found = await tx.session.scalar(query)
    if found is None:
        raise NotFound("This provider has not asked to leave")
    return found


async def exits(
    tx: Transaction,
    provider_id: UUID | None,
    kind: ExitKind | None,
    status: ExitStatus | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Exit]:
    """Oldest request first: the officers' queue."""
    conditions = [
        _exit.provider_id == provider_id if provider_id is not None else true(),
        _exit.kind == kind if kind is not None else true(),
        _exit.status == status if status is not None else true(),
        tuple_(_exit.requested_at, _exit.exit_id) > tuple_(*after) if after is not None else true(),
    ]
    query = select(Exit).where(*conditions).order_by(_exit.requested_at, _exit.exit_id).limit(limit)
    return (await tx.session.scalars(query)).all()


async def receipts(
    tx: Transaction,
    exit_id: UUID,
    merchant_id: str | None,
    status: ReceiptStatus | None,
    after: tuple[UUID, str] | None,
    limit: int,
) -> Sequence[Receipt]:
    """`merchant_id` is the user that may see no other one's."""
    conditions = [
        _receipt.exit_id == exit_id,
        _receipt.merchant_id == merchant_id if merchant_id is not None else true(),
        _receipt.status == status if status is not None else true(),
        tuple_(_receipt.listing_id, _receipt.merchant_id) > tuple_(*after) if after is not None else true(),
    ]
    query = select(Receipt).where(*conditions).order_by(_receipt.listing_id, _receipt.merchant_id).limit(limit)
    return (await tx.session.scalars(query)).all()
