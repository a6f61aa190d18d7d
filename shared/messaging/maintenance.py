"""What a person asks of the messaging: replay, discard, republish, resync, resume after a hole."""

from shared.context import Context
from shared.db.transaction import Database
from shared.messaging import outbox
from shared.messaging.parking import Parking
from shared.service import Service
from shared.settings import ServiceSettings
from shared.worker import make_applier

RESYNC_BATCH = 500


async def replay(service: Service, db: Database, settings: ServiceSettings) -> int:
    """Applies what is parked and dead-lettered again; returns how many records went through."""
    return await Parking(db, make_applier(service, db, settings), settings.retry_attempts).replay()


async def discard(
    service: Service, db: Database, settings: ServiceSettings, letter_id: int, actor: str, reason: str
) -> None:
    parking = Parking(db, make_applier(service, db, settings), settings.retry_attempts)
    await parking.discard(letter_id, reason, Context(actor=actor))


async def letters(db: Database, limit: int = 100) -> list[dict[str, object]]:
    """The open dead letters, oldest first, without their content."""
    async with db.transaction() as tx:
        rows = await tx.driver.fetch(
            "SELECT id, topic, partition, \"offset\", convert_from(key, 'LATIN1') AS key, reason, error, received_at"
            " FROM dead_letter WHERE resolved_at IS NULL ORDER BY id LIMIT $1",
            limit,
        )
    return [dict(row) for row in rows]


async def republish(db: Database) -> int:
    """Asks the relay to send the whole `event_log` window again, before anything newer; returns its size."""
    async with db.transaction(Context(actor="operator")) as tx:
        tx.record("republish", "event_log")
        return await outbox.request_republish(tx.driver)


async def resync(service: Service, db: Database) -> int:
    """Tells the current state of every replicated aggregate again, from the owner's tables; returns how many.

    One transaction per batch, each resumable by its key, so that a large table neither holds locks nor fills memory.
    """
    told = 0
    for tell in service.resync:
        after = ""
        while True:
            async with db.transaction(Context(actor="operator")) as tx:
                after = await tell(tx, after, RESYNC_BATCH)
                told += len(tx.pending.facts)
                tx.record("resync", tell.__name__, new={"after": after})
            if not after:
                break
    return told


async def resume_holes(db: Database) -> int:
    """After a republish or resync: partitions stopped at a hole go on at their log's start."""
    async with db.transaction(Context(actor="operator")) as tx:
        rows = await tx.driver.fetch("DELETE FROM consumer_offset WHERE problem <> '' RETURNING topic, partition")
        tx.record("resume_holes", "consumer_offset", old={"partitions": [f"{r[0]}-{r[1]}" for r in rows]})
    return len(rows)
