"""What staff sees of patrols; never used to decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from services.catalog import tables
from services.catalog.domain.patrol import Patrol
from services.catalog.domain.screening.finding import Finding, finding_of
from shared.db.transaction import Transaction
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class PatrolFinding:
    listing_id: UUID
    number: int
    fingerprint: str
    finding: Finding
    reported: bool
    found_at: datetime


async def patrols(tx: Transaction, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[Patrol]:
    """The newest first."""
    columns = tables.patrol.c
    query = select(Patrol).order_by(columns.started_at.desc(), columns.patrol_id.desc()).limit(limit)
    if before is not None:
        query = query.where(tuple_(columns.started_at, columns.patrol_id) < tuple_(*before))
    return (await tx.session.scalars(query)).all()


async def patrol(tx: Transaction, patrol_id: UUID) -> Patrol:
    found = await tx.session.get(Patrol, patrol_id)
    if found is None:
        raise NotFound("There is no patrol with this id")
    return found


async def findings(
    tx: Transaction, patrol_id: UUID, after: tuple[UUID, str] | None, limit: int
) -> Sequence[PatrolFinding]:
    """By listing."""
    await patrol(tx, patrol_id)
    columns = tables.patrol_finding.c
    query = (
        select(tables.patrol_finding)
        .where(columns.patrol_id == patrol_id)
        .order_by(columns.listing_id, columns.fingerprint)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(columns.listing_id, columns.fingerprint) > tuple_(*after))
    return [_finding(row) for row in (await tx.session.execute(query)).mappings()]


def _finding(row: Any) -> PatrolFinding:
    values = {name: row[name] for name in ("listing_id", "number", "fingerprint", "reported", "found_at")}
    return PatrolFinding(finding=finding_of(row["finding"]), **values)
