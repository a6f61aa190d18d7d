"""How penalties and the restrictions they make are found, locked and kept. For the order of locks see store."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.enforcement import tables
from services.enforcement.domain.penalty import Penalty, PenaltyStatus
from services.enforcement.store import lock
from shared.contracts.effects import Target
from shared.db.transaction import Transaction


async def lock_penalty(tx: Transaction, penalty_id: UUID, version: int) -> Penalty:
    return await lock(tx, Penalty, penalty_id, version, "penalty")


async def lock_applied_penalties(tx: Transaction, violation_id: UUID) -> Sequence[Penalty]:
    """The penalties of a violation that nobody has lifted."""
    found = await tx.session.scalars(
        select(Penalty)
        .where(tables.penalty.c.violation_id == violation_id, tables.penalty.c.status == PenaltyStatus.APPLIED)
        .order_by(tables.penalty.c.penalty_id)
        .with_for_update()
    )
    return found.all()


async def lock_penalties(tx: Transaction, penalty_ids: Iterable[UUID]) -> Sequence[Penalty]:
    """Those of them that exist."""
    columns = tables.penalty.c
    query = select(Penalty).where(columns.penalty_id.in_(list(penalty_ids))).order_by(columns.penalty_id)
    return (await tx.session.scalars(query.with_for_update().execution_options(populate_existing=True))).all()


async def lock_interim(tx: Transaction, case_id: UUID) -> Sequence[Penalty]:
    """The interim measures of a case that nobody has ended, lapsed ones included."""
    columns = tables.penalty.c
    found = await tx.session.scalars(
        select(Penalty)
        .where(columns.case_id == case_id, columns.interim, columns.status == PenaltyStatus.APPLIED)
        .order_by(columns.penalty_id)
        .with_for_update()
    )
    return found.all()


async def accounts_hit(tx: Transaction, violation_id: UUID) -> set[UUID]:
    """Every account that a violation's penalties ever lay on, linked ones included."""
    columns = tables.penalty.c
    query = select(columns.provider_id).where(columns.violation_id == violation_id).distinct()
    return set(await tx.session.scalars(query))


async def lock_restrictions(tx: Transaction, targets: Iterable[Target]) -> list[Target]:
    """Makes the targets' rows if need be and locks them by key; nobody else recomputes them meanwhile."""
    by_key = {target.key: target for target in targets}
    rows = [{"target_key": key, "target": by_key[key]} for key in sorted(by_key)]
    if not rows:
        return []
    await tx.session.execute(insert(tables.restriction).values(rows).on_conflict_do_nothing())
    locked = select(tables.restriction.c.target).where(tables.restriction.c.target_key.in_(by_key))
    found = await tx.session.scalars(locked.order_by(tables.restriction.c.target_key).with_for_update())
    return list(found)


async def lock_restrictions_after(tx: Transaction, after: str, limit: int) -> list[Target]:
    """The next `limit` targets by key. Locked, so that what is told of them cannot be overtaken by a decision."""
    columns = tables.restriction.c
    found = await tx.session.scalars(
        select(columns.target)
        .where(columns.target_key > after)
        .order_by(columns.target_key)
        .limit(limit)
        .with_for_update()
    )
    return list(found)


async def penalties_on(tx: Transaction, target: Target) -> Sequence[Penalty]:
    """What lies on the target and was not lifted, lapsed penalties included."""
    found = await tx.session.scalars(
        select(Penalty).where(
            tables.penalty.c.target_key == target.key, tables.penalty.c.status == PenaltyStatus.APPLIED
        )
    )
    return found.all()


async def note_told(tx: Transaction, target: Target) -> None:
    """Keeps with each penalty on the target the first state of its restriction that tells of it: the next one said.

    The target's row is locked, so nobody else says one meanwhile. Not through the mapping: it is no change of the
    penalty that anybody should have to read before changing it.
    """
    counted = tables.metadata.tables["aggregate_sequence"].c
    last = select(counted.last).where(counted.aggregatetype == "restriction", counted.aggregateid == target.key)
    columns = tables.penalty.c
    await tx.session.execute(
        update(tables.penalty)
        .where(columns.target_key == target.key, columns.told_sequence.is_(None))
        .values(told_sequence=func.coalesce(last.scalar_subquery(), 0) + 1)
    )
