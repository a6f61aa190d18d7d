"""How applications, their keys and everything that decides their access are found."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
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
_HELD = """
coalesce(t.state->'holds', '[]')::text AS holds,
(coalesce(on_app.state->'causes', '[]') || coalesce(on_provider.state->'causes', '[]')
    || coalesce(in_category.state->'causes', '[]'))::text AS causes"""
# Joins by unique keys: half the time of a subquery that gathers them, and one plan whatever the tables hold.
_FROM = """
LEFT JOIN told_standing t ON t.provider_id = a.provider_id
LEFT JOIN listing l ON l.key = a.app_id::text
LEFT JOIN restriction on_app ON on_app.key = 'listing:' || a.app_id
LEFT JOIN restriction on_provider ON on_provider.key = 'provider:' || a.provider_id
LEFT JOIN restriction in_category
    ON in_category.key = 'provider_category:' || a.provider_id || ':' || (l.state->>'category')"""
_AGAINST = f"SELECT {_HELD} FROM (SELECT $1::uuid AS app_id, $2::uuid AS provider_id) AS a {_FROM}"
_BY_KEY = f"SELECT k.*, a.version, {_HELD} FROM app_key k JOIN app_access a USING (app_id) {_FROM} WHERE k.app_key = $1"
_SAME = "(a.told - '{changed_at,version}'::text[]) = (excluded.told - '{changed_at,version}'::text[])"
_TELL = f"""
WITH before AS (SELECT version FROM app_access WHERE app_id = $1)
INSERT INTO app_access AS a (app_id, provider_id, told, due_at, version) VALUES ($1, $2, $3::jsonb, $4, 1)
ON CONFLICT (app_id) DO UPDATE SET told = CASE WHEN {_SAME} THEN a.told ELSE excluded.told END,
    version = a.version + CASE WHEN {_SAME} THEN 0 ELSE 1 END, due_at = excluded.due_at
RETURNING version, (SELECT version FROM before) AS before
"""
_MEMBERS = tuple(member.name for member in fields(Key))
_KEEP = f"""
INSERT INTO app_key ({", ".join(_MEMBERS)}) VALUES ({", ".join(f"${n}" for n in range(1, len(_MEMBERS) + 1))})
ON CONFLICT (app_key) DO UPDATE SET
{", ".join(f"{name} = excluded.{name}" for name in ("valid_until", "revoked_at", "revoked_by", "revoked_reason"))}
"""
SHOWN = 20
"""So many keys of an application at the most: few are valid at once, and ended ones gather for years."""
_KEYS = """
SELECT * FROM (
    SELECT * FROM app_key WHERE app_id = $1
    ORDER BY revoked_at IS NULL AND (valid_until IS NULL OR valid_until > $2) DESC, created_at DESC, app_key LIMIT $3
) shown ORDER BY created_at, app_key
"""
_LOCK = "hashtextextended('app:' || {app_id}, 0)"
_DUE = f"""
WITH due AS MATERIALIZED (SELECT app_id FROM app_access WHERE due_at <= $1 ORDER BY due_at LIMIT $2)
SELECT app_id FROM due WHERE pg_try_advisory_xact_lock({_LOCK.format(app_id="app_id::text")})
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


@dataclass(frozen=True, slots=True)
class Asked:
    """All that decides about a call with one key, and the version of what was told of its application."""

    key: Key
    against: Against
    version: int


async def asked(driver: asyncpg.Connection, app_key: str) -> Asked | None:
    """One round trip: the gateway asks this at each call that it has no answer for."""
    row = await driver.fetchrow(_BY_KEY, app_key)
    return None if row is None else Asked(_key(row), _against(row), row["version"])


async def lock_app(tx: Transaction, app_id: UUID) -> None:
    """Changes of one application's keys and access come one after the other."""
    await tx.driver.execute(f"SELECT pg_advisory_xact_lock({_LOCK.format(app_id='$1::text')})", str(app_id))


async def keys(tx: Transaction, app_id: UUID) -> Sequence[Key]:
    """Those that are valid and the latest of those that ended, the oldest first."""
    rows = await tx.driver.fetch(_KEYS, app_id, tx.now, SHOWN)
    return [_key(row) for row in rows]


async def key(tx: Transaction, app_id: UUID, app_key: str) -> Key | None:
    row = await tx.driver.fetchrow("SELECT * FROM app_key WHERE app_key = $1 AND app_id = $2", app_key, app_id)
    return None if row is None else _key(row)


def _key(row: asyncpg.Record) -> Key:
    return Key(*(row[name] for name in _MEMBERS))


async def keep_key(tx: Transaction, key: Key) -> None:
    """A new key, or how a known one ends; nothing else of it changes."""
    await tx.driver.execute(_KEEP, *(getattr(key, name) for name in _MEMBERS))


async def apps_hit(tx: Transaction, targets: Collection[tuple[str, UUID]]) -> Sequence[UUID]:
    """The applications with keys that a restriction on these (kind, id) targets may concern, in order."""
    rows = await tx.driver.fetch(
        "SELECT app_id FROM app_access WHERE app_id = ANY($1::uuid[]) OR provider_id = ANY($2::uuid[]) ORDER BY app_id",
        [target for kind, target in targets if kind == "listing"],
        [target for kind, target in targets if kind != "listing"],
    )
    return [row["app_id"] for row in rows]


async def due_apps(tx: Transaction, limit: int) -> Sequence[UUID]:
    """Whose access the clock has changed since it was told; claimed, so that two workers share them.

    By the lock that every change takes, and skipping who is locked: a row lock taken first could close a circle.
    """
    rows = await tx.driver.fetch(_DUE, tx.now, limit)
    return [row["app_id"] for row in rows]


async def apps_after(tx: Transaction, after: str, limit: int) -> Sequence[UUID]:
    rows = await tx.driver.fetch(
        "SELECT app_id FROM app_access WHERE $1 = '' OR app_id > $1::text::uuid ORDER BY app_id LIMIT $2", after, limit
    )
    return [row["app_id"] for row in rows]


async def owner_of(tx: Transaction, app_id: UUID) -> UUID | None:
    found: UUID | None = await tx.driver.fetchval("SELECT provider_id FROM app_access WHERE app_id = $1", app_id)
    return found


async def keep_told_access(
    tx: Transaction, state: AppAccessChanged, due_at: datetime | None
) -> tuple[AppAccessChanged, bool]:
    """Remembers what is told of an application's access: it with its version, and whether it is news."""
    row = await tx.driver.fetchrow(_TELL, state.app_id, state.provider_id, state.model_dump_json(), due_at)
    return state.model_copy(update={"version": row["version"]}), row["version"] != row["before"]


async def told_version(tx: Transaction, app_id: UUID) -> int:
    found: int = await tx.driver.fetchval("SELECT version FROM app_access WHERE app_id = $1", app_id)
    return found
