"""Announcing that a listing rests for a while, and calling it off (6.3.1(2))."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.monitoring import maintenances, store
from services.monitoring.domain.errors import TooManyMaintenances
from services.monitoring.domain.maintenance import MOST_AHEAD, Maintenance, check_period
from shared.db.transaction import Transaction
from shared.errors import NotFound, StaleVersion
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Rest:
    """What a provider announces."""

    listing_id: UUID
    starts_at: datetime
    ends_at: datetime
    reason: str


async def announce_maintenance(tx: Transaction, account_id: str, rest: Rest) -> Maintenance:
    """At any time before the start; announced late it is marked, for the market to see and people to judge."""
    target = await store.lock_target(tx, rest.listing_id)
    if target is None or not await maintenances.is_own(tx, target.provider_id, account_id):
        raise NotFound("You have no such listing.")
    tx.context = replace(tx.context, correlation_id=target.correlation_id)
    check_period(rest.starts_at, rest.ends_at, tx.now)
    if await maintenances.count_ahead(tx, rest.listing_id) >= MOST_AHEAD:
        raise TooManyMaintenances(f"At most {MOST_AHEAD} maintenances of a listing lie ahead at a time.")
    announced = Maintenance(
        maintenance_id=new_id(),
        listing_id=rest.listing_id,
        provider_id=target.provider_id,
        announced_at=tx.now,
        starts_at=rest.starts_at,
        ends_at=rest.ends_at,
        reason=rest.reason,
        correlation_id=target.correlation_id,
    )
    tx.session.add(announced)
    tx.emit(announced.state())
    tx.record(
        "announce_maintenance",
        f"maintenance:{announced.maintenance_id}",
        new={"listing_id": rest.listing_id, "starts_at": rest.starts_at, "ends_at": rest.ends_at},
        reason=rest.reason,
    )
    await tx.session.flush()
    return announced


async def cancel_maintenance(
    tx: Transaction, account_id: str, maintenance_id: UUID, version: int, reason: str
) -> Maintenance:
    """The listing will not rest after all. The announcement stays readable as called off."""
    found = await maintenances.lock(tx, maintenance_id)
    if found is None or not await maintenances.is_own(tx, found.provider_id, account_id):
        raise NotFound("You have announced no such maintenance.")
    if version != found.version:
        raise StaleVersion("The maintenance was changed since you read it.", current=found.version)
    tx.context = replace(tx.context, correlation_id=found.correlation_id)
    tx.emit(found.cancel(reason, tx.now))
    tx.record(
        "cancel_maintenance",
        f"maintenance:{maintenance_id}",
        old={"cancelled_at": None},
        new={"cancelled_at": found.cancelled_at},
        reason=reason,
    )
    await tx.session.flush()
    return found


async def tell_maintenances(tx: Transaction, after: str, limit: int) -> str:
    """Re-emits the whole state of each, for replicas that are filled anew."""
    told = await maintenances.lock_after(tx, after, limit)
    tx.emit(*(maintenance.state() for maintenance in told))
    return str(told[-1].maintenance_id) if len(told) == limit else ""
