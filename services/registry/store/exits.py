"""How exits and receipts are found, locked and made."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from services.registry import tables
from services.registry.domain.exit import (
    PERMITS,
    SERVED_AFTER_END,
    STOPPED_AFTER,
    Exit,
    ExitKind,
    ExitStatus,
    Progress,
    Service,
    Stopped,
    Untold,
)
from services.registry.domain.receipt import SETTLED, Receipt
from services.registry.store.obligations import open_obligations
from services.registry.store.providers import lock_provider
from shared.db.transaction import Transaction
from shared.errors import NotFound, StaleVersion

_exit = tables.exit_
_ENDED = (ExitStatus.WITHDRAWN, ExitStatus.DROPPED)


async def lock_running(tx: Transaction, provider_id: UUID, kind: ExitKind) -> Exit | None:
    """The exit of this kind that is under way. The provider is locked by then, so nobody makes another one."""
    query = select(Exit).where(_exit.c.provider_id == provider_id, _exit.c.kind == kind)
    query = query.where(_exit.c.status.not_in([*_ENDED, ExitStatus.COMPLETED])).with_for_update()
    return (await tx.session.scalars(query, execution_options={"populate_existing": True})).one_or_none()


async def lock_expulsion(tx: Transaction, provider_id: UUID) -> Exit | None:
    """The expulsion that stands: proceeding, effective, or completed."""
    query = select(Exit).where(_exit.c.provider_id == provider_id, _exit.c.kind == ExitKind.EXPULSION)
    query = query.where(_exit.c.status.not_in(_ENDED)).with_for_update()
    return (await tx.session.scalars(query, execution_options={"populate_existing": True})).one_or_none()


async def lock_voluntary(tx: Transaction, provider_id: UUID, version: int) -> Exit:
    """The voluntary exit under way, in the version that the caller read."""
    found = await lock_running(tx, provider_id, ExitKind.VOLUNTARY)
    if found is None:
        raise NotFound("This provider has not asked to leave")
    if found.version != version:
        raise StaleVersion(f"The exit is at version {found.version} by now", version=found.version)
    return found


async def lock_exit(tx: Transaction, exit_id: UUID) -> Exit:
    """Its provider is locked first, as everywhere."""
    provider_id = await tx.session.scalar(select(_exit.c.provider_id).where(_exit.c.exit_id == exit_id))
    if provider_id is None:
        raise NotFound("There is no exit with this id")
    await lock_provider(tx, provider_id)
    return await tx.session.get_one(Exit, exit_id, with_for_update=True, populate_existing=True)


async def exit_of(tx: Transaction, exit_id: UUID) -> Exit:
    found = await tx.session.get(Exit, exit_id)
    if found is None:
        raise NotFound("There is no exit with this id")
    return found


async def serves_out_since(tx: Transaction, provider_id: UUID) -> datetime | None:
    """Since when the provider serves out what it sold (7.4), if it is on its way out."""
    query = select(func.min(_exit.c.requested_at)).where(_exit.c.provider_id == provider_id)
    serving = [status for status, permits in PERMITS.items() if permits.serves]
    found: datetime | None = await tx.session.scalar(query.where(_exit.c.status.in_(serving)))
    return found


async def left_at(tx: Transaction, provider_id: UUID) -> datetime | None:
    """When the provider last left the market for good."""
    completed = (_exit.c.provider_id == provider_id) & (_exit.c.status == ExitStatus.COMPLETED)
    found: datetime | None = await tx.session.scalar(select(func.max(_exit.c.ended_at)).where(completed))
    return found


async def due_providers(tx: Transaction, limit: int) -> Sequence[UUID]:
    """The providers, locked, whose exit is to be looked at by now."""
    query = (
        select(tables.provider.c.provider_id)
        .join(_exit, _exit.c.provider_id == tables.provider.c.provider_id)
        .where(_exit.c.due_at <= tx.now)
        .order_by(_exit.c.due_at)
        .limit(limit)
        .with_for_update(of=tables.provider, skip_locked=True)
    )
    return (await tx.session.scalars(query)).all()


async def lock_due(tx: Transaction, provider_id: UUID) -> Sequence[Exit]:
    query = select(Exit).where(_exit.c.provider_id == provider_id, _exit.c.due_at <= tx.now).with_for_update()
    return (await tx.session.scalars(query, execution_options={"populate_existing": True})).all()


async def progress_of(tx: Transaction, leaving: Exit) -> Progress:
    """Where the exit stands, computed from what other services told."""
    rows = await tx.driver.fetch(
        """
        SELECT listing_id, max(ends_at) FILTER (WHERE status <> 'terminated') + $3::interval AS until,
               count(DISTINCT merchant_id) AS due,
               (SELECT count(*) FROM exit_receipt r
                WHERE r.exit_id = $4 AND r.listing_id = s.listing_id AND r.status = ANY ($5::text[])) AS got
        FROM subscription s WHERE provider_id = $1 AND ends_at > $2
        GROUP BY listing_id ORDER BY listing_id
        """,
        leaving.provider_id,
        leaving.requested_at,
        SERVED_AFTER_END,
        leaving.exit_id,
        [status.value for status in SETTLED],
    )
    services = tuple(Service(row["listing_id"], row["until"], row["due"], row["got"]) for row in rows)
    return Progress(await open_obligations(tx, leaving.provider_id), services)


async def note_receipts(tx: Transaction, leaving: Exit) -> None:
    """One receipt is due from every user whose subscription ran when the exit was requested, or since."""
    await tx.driver.execute(
        """
        INSERT INTO exit_receipt (exit_id, listing_id, merchant_id, status, evidence, settled_by, version)
        SELECT DISTINCT $1::uuid, listing_id, merchant_id, 'due', '', '', 1 FROM subscription
        WHERE provider_id = $2 AND ends_at > $3 ORDER BY listing_id, merchant_id
        ON CONFLICT DO NOTHING
        """,
        leaving.exit_id,
        leaving.provider_id,
        leaving.requested_at,
    )


async def lock_receipt(
    tx: Transaction, exit_id: UUID, listing_id: UUID, merchant_id: str, version: int | None = None
) -> Receipt:
    key = (exit_id, listing_id, merchant_id)
    found = await tx.session.get(Receipt, key, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("No receipt is due for this listing")
    if version is not None and found.version != version:
        raise StaleVersion(f"The receipt is at version {found.version} by now", version=found.version)
    return found


async def claim_untold(tx: Transaction, limit: int) -> Sequence[Untold]:
    """Receipts whose users were not told yet; they count as told with this transaction."""
    rows = await tx.driver.fetch(
        """
        WITH untold AS (
            SELECT r.exit_id, r.listing_id, r.merchant_id, e.kind, e.provider_id, e.requested_at
            FROM exit_receipt r JOIN exit e USING (exit_id)
            WHERE r.told_at IS NULL AND e.status = ANY ($3::text[])
            ORDER BY r.exit_id LIMIT $2 FOR UPDATE OF r SKIP LOCKED
        ), told AS (
            UPDATE exit_receipt r SET told_at = $1 FROM untold u
            WHERE (r.exit_id, r.listing_id, r.merchant_id) = (u.exit_id, u.listing_id, u.merchant_id)
        )
        SELECT u.exit_id, u.listing_id, u.merchant_id, u.kind, served.until
        FROM untold u JOIN (
            SELECT exit_id, listing_id, (
                SELECT max(ends_at) + $4::interval FROM subscription s
                WHERE s.provider_id = n.provider_id AND s.ends_at > n.requested_at AND s.listing_id = n.listing_id
                  AND s.status <> 'terminated') AS until
            FROM (SELECT DISTINCT exit_id, listing_id, provider_id, requested_at FROM untold) n) served
            USING (exit_id, listing_id)
        ORDER BY u.exit_id, u.listing_id, u.merchant_id
        """,
        tx.now,
        limit,
        [status for status, permits in PERMITS.items() if permits.hands_over],
        SERVED_AFTER_END,
    )
    return [Untold(**(dict(row) | {"kind": ExitKind(row["kind"])})) for row in rows]


async def claim_stopped(tx: Transaction, limit: int) -> Sequence[Stopped]:
    """Services that are away although they are owed; they count as reported with this transaction."""
    rows = await tx.driver.fetch(
        """
        WITH stopped AS (
            SELECT o.outage_id, e.exit_id, due.until, greatest(o.started_at, e.requested_at) AS since
            FROM outage o
            CROSS JOIN LATERAL (
                SELECT exit_id, requested_at FROM exit
                WHERE provider_id = o.provider_id AND status IN ('requested', 'accepted', 'proceeding')
                ORDER BY requested_at LIMIT 1) e
            CROSS JOIN LATERAL (
                SELECT max(ends_at) + $2::interval AS until FROM subscription
                WHERE listing_id = o.listing_id AND provider_id = o.provider_id AND status <> 'terminated'
                  AND ends_at > e.requested_at) due
            WHERE o.ended_at IS NULL AND o.reported_at IS NULL
              AND greatest(o.started_at, e.requested_at) <= $1::timestamptz - $3::interval
              AND due.until > greatest(o.started_at, e.requested_at) + $3::interval
              AND NOT EXISTS (SELECT FROM exit x WHERE x.provider_id = o.provider_id AND x.status = 'effective')
            ORDER BY o.outage_id LIMIT $4 FOR UPDATE OF o SKIP LOCKED
        )
        UPDATE outage o SET reported_at = $1 FROM stopped s WHERE o.outage_id = s.outage_id
        RETURNING s.exit_id, o.provider_id, o.listing_id, o.outage_id, s.since, s.until, o.started_at,
                  o.merchants_affected, o.evidence_hash
        """,
        tx.now,
        SERVED_AFTER_END,
        STOPPED_AFTER,
        limit,
    )
    return [Stopped(**row) for row in rows]
