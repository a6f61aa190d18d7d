"""What monitoring does by the clock: follow suspensions, count merchants, measure availability, close lost outages."""

from datetime import timedelta

from sqlalchemy import select

from services.monitoring import store, tables
from services.monitoring.domain.outage import Outage
from services.monitoring.use_cases import measuring
from services.monitoring.use_cases.availability import measure_availability, tell_availability
from services.monitoring.use_cases.maintenances import tell_maintenances
from shared.db.transaction import Transaction
from shared.service import Job

SUSPENSIONS_AT_ONCE = 100
RECOUNT_AT_MOST_EVERY = timedelta(seconds=5)
EVIDENCE_KEPT = timedelta(days=400)
EVIDENCE_AT_ONCE = 1_000


async def follow_suspensions(tx: Transaction) -> int:
    """A restriction starts or lapses by the clock, without a message."""
    due = await store.claim_suspensions_due(tx, SUSPENSIONS_AT_ONCE)
    await measuring.review_suspensions(tx, due)
    return len(due)


async def count_merchants(tx: Transaction) -> int:
    """One open outage that more merchants are subscribed to than were counted."""
    outage_id = await store.claim_uncounted_outage(tx, counted_before=tx.now - RECOUNT_AT_MOST_EVERY)
    outage = await store.lock_outage(tx, outage_id) if outage_id else None
    if outage is None:
        return 0
    await measuring.count_merchants(tx, outage)
    return 1


async def close_lost_outages(tx: Transaction) -> int:
    """One target with an open outage of which nobody knows any more whether it lasts."""
    listing_id = await store.claim_lost_target(tx)
    return int(listing_id is not None and await measuring.close_lost_outage(tx, listing_id))


async def drop_old_evidence(tx: Transaction) -> int:
    """Evidence outlives the appeal window by far, and then goes."""
    return await store.drop_evidence(tx, tx.now - EVIDENCE_KEPT, EVIDENCE_AT_ONCE)


async def forget_dead_probers(tx: Transaction) -> int:
    await tx.driver.execute("DELETE FROM prober WHERE alive_until < clock_timestamp() - interval '1 day'")
    return 0


async def tell_outages(tx: Transaction, after: str, limit: int) -> str:
    """Resync: the whole state of the next outages, told again."""
    query = select(Outage).order_by(tables.outage.c.outage_id).limit(limit)
    if after:
        query = query.where(tables.outage.c.outage_id > after)
    outages = (await tx.session.scalars(query.with_for_update())).all()
    tx.emit(*(outage.state() for outage in outages))
    return str(outages[-1].outage_id) if outages else ""


JOBS = [
    Job("follow_suspensions", timedelta(seconds=1), follow_suspensions),
    Job("count_merchants", timedelta(seconds=1), count_merchants),
    Job("measure_availability", timedelta(seconds=1), measure_availability),
    Job("close_lost_outages", timedelta(seconds=5), close_lost_outages),
    Job("drop_old_evidence", timedelta(hours=1), drop_old_evidence),
    Job("forget_dead_probers", timedelta(hours=1), forget_dead_probers),
]
RESYNC = [tell_outages, tell_availability, tell_maintenances]
