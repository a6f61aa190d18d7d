"""How patrols, and the live listings that they look at, are found and kept."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from services.catalog import tables
from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.listing import Listing
from services.catalog.domain.patrol import REPORTED, Patrol, PatrolState, unknown
from services.catalog.domain.screening.finding import Finding, as_json
from services.catalog.domain.version import ListingVersion
from shared.db.transaction import Transaction

_LIVE = tables.listing.c.lifecycle == Lifecycle.LIVE


async def lock_patrols(tx: Transaction) -> bool:
    """One at a time looks after patrols, whoever works here; False when somebody else does."""
    taken = await tx.session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtextextended("patrol", 0))))
    return bool(taken)


async def wait_for_patrols(tx: Transaction) -> None:
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("patrol", 0))))


async def newest_patrol(tx: Transaction) -> Patrol | None:
    """The ids are in the order of their making."""
    return (
        await tx.session.scalars(
            select(Patrol).order_by(tables.patrol.c.patrol_id.desc()).limit(1).execution_options(populate_existing=True)
        )
    ).first()


async def count_live(tx: Transaction) -> int:
    return int(await tx.session.scalar(select(func.count()).select_from(tables.listing).where(_LIVE)) or 0)


async def lock_live_after(tx: Transaction, after: UUID | None, limit: int) -> Sequence[tuple[Listing, ListingVersion]]:
    """The next live listings with their live versions. Locked, so that what is told of them keeps its order."""
    columns, versions = tables.listing.c, tables.listing_version.c
    query = (
        select(Listing, ListingVersion)
        .join(ListingVersion, (versions.listing_id == columns.listing_id) & (versions.number == columns.live_number))
        .where(_LIVE)
        .order_by(columns.listing_id)
        .limit(limit)
        .with_for_update(of=tables.listing)
        .execution_options(populate_existing=True)
    )
    if after is not None:
        query = query.where(columns.listing_id > after)
    return [(row[0], row[1]) for row in await tx.session.execute(query)]


async def keep_news(
    tx: Transaction, patrol: Patrol, version: ListingVersion, found: Mapping[str, Finding]
) -> list[Finding]:
    """Those of the findings that no patrol had found in this version before, as gravely."""
    if not found:
        return []
    columns = tables.patrol_finding.c
    known = await tx.session.scalars(
        select(columns.fingerprint).where(columns.listing_id == version.listing_id, columns.number == version.number)
    )
    unseen = unknown(found, set(known))
    if not unseen:
        return []
    rows = [
        {
            "listing_id": version.listing_id,
            "number": version.number,
            "fingerprint": mark,
            "patrol_id": patrol.patrol_id,
            "finding": as_json(finding),
            "reported": finding.severity in REPORTED,
            "found_at": tx.now,
        }
        for mark, finding in unseen.items()
    ]
    stored = insert(tables.patrol_finding).values(rows).on_conflict_do_nothing().returning(columns.fingerprint)
    new = set(await tx.session.scalars(stored))
    return [finding for mark, finding in unseen.items() if mark in new]


async def is_running(tx: Transaction) -> bool:
    newest = await newest_patrol(tx)
    return newest is not None and newest.state is PatrolState.RUNNING
