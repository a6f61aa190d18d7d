"""Makes a test's database as if it were new, which costs a tenth of a new one."""

from contextlib import suppress
from typing import Any

import asyncpg

# Whatever of the schema a test may have changed: such a database is thrown away.
_SHAPE = """
SELECT (SELECT count(*)::text || '/' || max(oid) FROM pg_class),
       (SELECT count(*)::text || '/' || max(oid) FROM pg_constraint),
       (SELECT count(*)::text || '/' || max(oid) FROM pg_proc),
       (SELECT md5(string_agg(concat_ws(' ', attrelid, attname, atttypid, attnotnull, atthasdef), ','
                              ORDER BY attrelid, attnum))
        FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0),
       (SELECT md5(string_agg(concat_ws(' ', oid, tgenabled), ',' ORDER BY oid)) FROM pg_trigger),
       (SELECT md5(string_agg(concat_ws(' ', oid, relacl), ',' ORDER BY oid)) FROM pg_class WHERE oid >= 16384),
       (SELECT string_agg(setconfig::text, ',') FROM pg_db_role_setting s
        JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database())
"""
_OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_PREPARED = "SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()"
_WRITTEN = """
SELECT oid::regclass::text FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
  AND pg_relation_size(oid) > 0
"""
_COUNTED = "SELECT schemaname || '.' || sequencename FROM pg_sequences WHERE last_value IS NOT NULL"
_REVISION = "SELECT string_agg(version_num, ',') FROM alembic_version"

Shape = tuple[Any, ...]


async def shape_of(url: str) -> Shape:
    """What two databases with the same schema have in common."""
    driver = await asyncpg.connect(url)
    try:
        return await _shape(driver)
    finally:
        await driver.close()


async def made_new(url: str, shape: Shape) -> bool:
    """Empties what was written to. False when the database is not worth it: in use, or with another schema."""
    with suppress(asyncpg.PostgresError, OSError):
        driver = await asyncpg.connect(url)
        try:
            if await driver.fetchval(_OTHERS) or await driver.fetchval(_PREPARED) or await _shape(driver) != shape:
                return False
            await _empty(driver)
            return True
        finally:
            await driver.close()
    return False


async def _shape(driver: asyncpg.Connection) -> Shape:
    has_revision = await driver.fetchval("SELECT to_regclass('public.alembic_version') IS NOT NULL")
    revision = await driver.fetchval(_REVISION) if has_revision else None
    return (*await driver.fetchrow(_SHAPE), revision)


async def _empty(driver: asyncpg.Connection) -> None:
    await driver.execute("SET session_replication_role = replica")  # append-only tables have triggers against this
    written = [row[0] for row in await driver.fetch(_WRITTEN)]
    if written:
        await driver.execute(f"TRUNCATE {', '.join(written)} RESTART IDENTITY CASCADE")
    for row in await driver.fetch(_COUNTED):
        await driver.execute(f"ALTER SEQUENCE {row[0]} RESTART")
