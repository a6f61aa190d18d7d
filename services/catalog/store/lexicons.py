"""How lexicons and their versions are found, locked and kept."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from services.catalog import tables
from services.catalog.domain.screening.finding import Said, Severity
from services.catalog.domain.screening.lexicon import Entry, Lexicon, LexiconVersion
from shared.db.transaction import Transaction
from shared.errors import NotFound, StaleVersion

_MANY = tables.lexicon.c


async def lock_lexicons(tx: Transaction) -> None:
    """All changes of words come one after the other, so that each one counts the words of all."""
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("lexicons", 0))))


async def lexicon_digests(tx: Transaction) -> dict[str, str]:
    """The digest of each lexicon, in the order of their codes."""
    rows = await tx.driver.fetch("SELECT code, digest FROM lexicon ORDER BY code")
    return {row["code"]: row["digest"] for row in rows}


async def lexicons(tx: Transaction) -> tuple[Lexicon, ...]:
    rows = await tx.session.execute(select(tables.lexicon).order_by(_MANY.code))
    return tuple(_lexicon(row) for row in rows.mappings())


async def lexicon(tx: Transaction, code: str) -> Lexicon:
    row = (await tx.session.execute(select(tables.lexicon).where(_MANY.code == code))).mappings().first()
    if row is None:
        raise NotFound("There is no lexicon with this code")
    return _lexicon(row)


async def lock_lexicon(tx: Transaction, code: str, number: int) -> Lexicon:
    await lock_lexicons(tx)
    found = await lexicon(tx, code)
    if found.number != number:
        raise StaleVersion("The lexicon was changed since you read it", expected=number, current=found.number)
    return found


async def words_besides(tx: Transaction, code: str) -> int:
    """How many words the other lexicons hold."""
    counted = select(func.coalesce(func.sum(func.jsonb_array_length(_MANY.entries)), 0)).where(_MANY.code != code)
    return int(await tx.session.scalar(counted) or 0)


async def lexicon_authors(tx: Transaction) -> dict[str, str]:
    """Who made the newest version of each."""
    rows = await tx.driver.fetch(
        "SELECT code, changed_by FROM lexicon JOIN lexicon_version USING (code, number) ORDER BY code"
    )
    return {row["code"]: row["changed_by"] for row in rows}


async def keep_lexicon(tx: Transaction, lexicon: Lexicon, version: LexiconVersion) -> None:
    """This is the lexicon now, and that is what the version changed."""
    values = {
        **{name: getattr(lexicon, name) for name in ("code", "number", "clause", "judged_by", "deniable")},
        **{name: asdict(getattr(lexicon, name)) for name in ("title", "why", "advice")},
        "entries": [_row(entry) for entry in lexicon.entries],
        "digest": version.digest,
    }
    stored = upsert(tables.lexicon).values(values)
    await tx.session.execute(stored.on_conflict_do_update(index_elements=["code"], set_=values))
    await tx.session.execute(
        insert(tables.lexicon_version).values(
            {
                **{name: getattr(version, name) for name in ("code", "number", "digest", "changed_by", "changed_at")},
                "reason": version.reason,
                "added": [_row(entry) for entry in version.added],
                "removed": [_row(entry) for entry in version.removed],
            }
        )
    )


async def lexicon_versions(tx: Transaction, code: str, before: int | None, limit: int) -> Sequence[LexiconVersion]:
    """The newest first."""
    version = tables.lexicon_version.c
    query = select(tables.lexicon_version).where(version.code == code).order_by(version.number.desc()).limit(limit)
    if before is not None:
        query = query.where(version.number < before)
    rows = (await tx.session.execute(query)).mappings()
    return [
        LexiconVersion(
            **{
                **row,
                "added": tuple(_entry(entry) for entry in row["added"]),
                "removed": tuple(_entry(entry) for entry in row["removed"]),
            }
        )
        for row in rows
    ]


def _lexicon(row: RowMapping) -> Lexicon:
    return Lexicon(
        row["code"],
        Said(**row["title"]),
        row["clause"],
        Said(**row["why"]),
        Said(**row["advice"]),
        tuple(_entry(entry) for entry in row["entries"]),
        row["judged_by"],
        row["deniable"],
        row["number"],
    )


def _row(entry: Entry) -> list[Any]:
    """Short, as there may be 20 000 of them."""
    return [entry.word, entry.severity, *([list(entry.unless)] if entry.unless else [])]


def _entry(row: Sequence[Any]) -> Entry:
    return Entry(row[0], Severity(row[1]), tuple(row[2]) if len(row) > 2 else ())
