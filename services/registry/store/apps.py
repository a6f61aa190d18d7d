"""How applications, their keys and everything that decides their access are found."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter
from sqlalchemy import select

from services.registry import tables
from services.registry.domain.app_access import Key
from shared.contracts.catalog import ListingUpdated
from shared.contracts.effects import Cause
from shared.contracts.registry import AppAccessChanged, Hold
from shared.db.transaction import Transaction

# Everything that may block the application's calls, in one row: what the standing holds, what restrictions hold.
AGAINST = """
SELECT coalesce(t.state->'holds', '[]')::text AS holds,
       (SELECT coalesce(jsonb_agg(cause), '[]')::text
        FROM restriction r, jsonb_array_elements(r.state->'causes') AS cause
        WHERE r.key IN ('listing:' || a.app_id, 'provider:' || a.provider_id,
                        'provider_category:' || a.provider_id || ':' || (l.state->>'category'))) AS causes
FROM (SELECT {app_id} AS app_id, {provider_id} AS provider_id) AS a
LEFT JOIN told_standing t ON t.provider_id = a.provider_id
LEFT JOIN listing l ON l.key = a.app_id::text
"""
_AGAINST = AGAINST.format(app_id="$1::uuid", provider_id="$2::uuid")
_BY_KEY = f"""
SELECT k.*, against.* FROM app_key k,
LATERAL ({AGAINST.format(app_id="k.app_id", provider_id="k.provider_id")}) AS against
WHERE k.app_key = $1
"""


@dataclass(frozen=True, slots=True)
class Against:
    """What may block an application's calls."""

    holds: tuple[Hold, ...]
    causes: tuple[Cause, ...]


_HOLDS = TypeAdapter(tuple[Hold, ...])
_CAUSES = TypeAdapter(tuple[Cause, ...])


def _against(row: asyncpg.Record) -> Against:
    return Against(_HOLDS.validate_json(row["holds"]), _CAUSES.validate_json(row["causes"]))


async def listing(tx: Transaction, listing_id: UUID) -> ListingUpdated | None:
    state = await tx.session.scalar(select(tables.listing.c.state).where(tables.listing.c.key == str(listing_id)))
    return None if state is None else ListingUpdated.model_validate(state)


async def against(tx: Transaction, app_id: UUID, provider_id: UUID) -> Against:
    return _against(await tx.driver.fetchrow(_AGAINST, app_id, provider_id))


async def key_and_against(driver: asyncpg.Connection, app_key: str) -> tuple[Key, Against] | None:
    """One round trip: the gateway asks this at each call that it has no answer for."""
    row = await driver.fetchrow(_BY_KEY, app_key)
    if row is None:
        return None
    members = {name: value for name, value in row.items() if name not in ("holds", "causes")}
    return Key(**members), _against(row)


async def lock_app(tx: Transaction, app_id: UUID) -> None:
    """Changes of one application's keys and access come one after the other."""
    await tx.driver.execute("SELECT pg_advisory_xact_lock(hashtextextended('app:' || $1::text, 0))", str(app_id))


async def keys(tx: Transaction, app_id: UUID) -> Sequence[Key]:
    columns = tables.app_key.c
    found = await tx.session.scalars(
        select(Key).where(columns.app_id == app_id).order_by(columns.created_at, columns.app_key)
    )
    return found.all()


async def apps_hit(tx: Transaction, targets: Collection[tuple[str, UUID]]) -> Sequence[UUID]:
    """The applications with keys that a restriction on these (kind, id) targets may concern, in order."""
    rows = await tx.driver.fetch(
        "SELECT app_id FROM app_access WHERE app_id = ANY($1::uuid[]) OR provider_id = ANY($2::uuid[]) ORDER BY app_id",
        [target for kind, target in targets if kind == "listing"],
        [target for kind, target in targets if kind != "listing"],
    )
    return [row["app_id"] for row in rows]


async def due_apps(tx: Transaction, limit: int) -> Sequence[UUID]:
    """Whose access the clock has changed since it was told; claimed, so that two workers share them."""
    rows = await tx.driver.fetch(
        "SELECT app_id FROM app_access WHERE due_at <= $1 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED",
        tx.now,
        limit,
    )
    return [row["app_id"] for row in rows]


async def apps_after(tx: Transaction, after: str, limit: int) -> Sequence[UUID]:
    rows = await tx.driver.fetch(
        "SELECT app_id FROM app_access WHERE $1 = '' OR app_id > $1::text::uuid ORDER BY app_id LIMIT $2", after, limit
    )
    return [row["app_id"] for row in rows]


async def owner_of(tx: Transaction, app_id: UUID) -> UUID | None:
    found: UUID | None = await tx.driver.fetchval("SELECT provider_id FROM app_access WHERE app_id = $1", app_id)
    return found


async def keep_told_access(tx: Transaction, told: AppAccessChanged, due_at: datetime | None) -> bool:
    """Remembers what is told of an application's access; false when the same was told last."""
    was = await tx.driver.fetchval(
        """
        WITH before AS (SELECT told FROM app_access WHERE app_id = $1)
        INSERT INTO app_access AS a (app_id, provider_id, told, due_at) VALUES ($1, $2, $3::jsonb, $4)
        ON CONFLICT (app_id) DO UPDATE SET told = excluded.told, due_at = excluded.due_at
        RETURNING (SELECT (told - 'changed_at') = ($3::jsonb - 'changed_at') FROM before)
        """,
        told.app_id, told.provider_id, told.model_dump_json(), due_at,
    )  # fmt: skip
    return not was
