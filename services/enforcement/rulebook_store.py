"""How published rulebooks are found and kept. They never change, so each is built from its row once."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from services.enforcement import rulebook_file, tables
from services.enforcement.domain.errors import NoRulebook
from services.enforcement.domain.rulebook import Rulebook
from shared.db.transaction import Transaction

_columns = tables.rulebook.c
_built: dict[str, Rulebook] = {}
"""By the hash of the content, and so never stale; as many as there are published versions."""


def _build(content_hash: str, document: dict[str, Any]) -> Rulebook:
    if content_hash not in _built:
        _built[content_hash] = rulebook_file.build(document)
    return _built[content_hash]


def _rows() -> Select[tuple[str, dict[str, Any]]]:
    return select(_columns.content_hash, _columns.document)


async def rulebook_at(tx: Transaction, at: datetime) -> Rulebook:
    """The one in force at an instant."""
    query = _rows().where(_columns.in_force_at <= at).order_by(_columns.in_force_at.desc()).limit(1)
    found = (await tx.session.execute(query)).one_or_none()
    if found is None:
        raise NoRulebook(f"No rulebook was in force at {at.isoformat()}")
    return _build(*found)


async def rulebook_of(tx: Transaction, rulebook: str, version: str) -> Rulebook:
    query = _rows().where(_columns.rulebook == rulebook, _columns.version == version)
    return _build(*(await tx.session.execute(query)).one())


async def all_rulebooks(tx: Transaction) -> list[Rulebook]:
    return [_build(*row) for row in await tx.session.execute(_rows().order_by(_columns.in_force_at))]


async def keep(tx: Transaction, book: Rulebook) -> None:
    row = {
        "rulebook": book.id,
        "version": book.version,
        "announced_at": book.announced_at,
        "in_force_at": book.in_force_at,
        "content_hash": book.content_hash,
        "document": dict(book.document),
        "published_at": tx.now,
    }
    await tx.session.execute(tables.rulebook.insert().values(row))
