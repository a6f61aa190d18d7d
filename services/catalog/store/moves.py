"""How moves of listings are found and locked."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, true

from services.catalog import tables
from services.catalog.domain.move import Move, MoveState
from shared.db.transaction import Transaction
from shared.errors import NotFound, StaleVersion


async def move(tx: Transaction, move_id: UUID) -> Move:
    found = await tx.session.get(Move, move_id)
    if found is None:
        raise NotFound("There is no move with this id")
    return found


async def lock_move(tx: Transaction, move_id: UUID, version: int) -> Move:
    found = await tx.session.get(Move, move_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no move with this id")
    if found.version != version:
        raise StaleVersion("The move was changed since you read it", expected=version, current=found.version)
    return found


async def proposed_move(tx: Transaction, listing_id: UUID) -> Move | None:
    columns = tables.move.c
    found: Move | None = await tx.session.scalar(
        select(Move).where(columns.listing_id == listing_id, columns.state == MoveState.PROPOSED)
    )
    return found


async def proposed_moves(tx: Transaction, after: UUID | None, limit: int) -> Sequence[Move]:
    """What waits for a second person, the oldest first."""
    columns = tables.move.c
    found = await tx.session.scalars(
        select(Move)
        .where(columns.state == MoveState.PROPOSED, columns.move_id > after if after is not None else true())
        .order_by(columns.move_id)
        .limit(limit)
    )
    return found.all()
