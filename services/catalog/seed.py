"""Puts what the catalog must know before it answers into the database."""

from collections.abc import Sequence

from services.catalog import rules, store
from services.catalog.domain.category import SEEDED, Category, CategoryVersion, defined
from services.catalog.use_cases.categories import publish_category
from shared.business_days import seed_calendar
from shared.db.transaction import Transaction

_REASON = "The definition that the platform comes with"


async def seed_categories(tx: Transaction, tree: Sequence[Category] | None = None) -> None:
    """Safe to run by several processes at once and again at every start.

    A definition of the file that differs is published as a new version, unless staff has published one since: what
    staff decided stays, and the file no longer speaks for that category. A category is never deleted, nor moved.
    """
    await store.lock_tree(tx)
    known = await store.newest_category_versions(tx)
    entries = rules.category_tree() if tree is None else tree
    new = [entry for entry in entries if entry.code not in known]
    if new:
        await _begin(tx, new, position=1 + max((c.position for c in await store.categories(tx)), default=-1))
        tx.record("seed_categories", "category", new={"categories": [entry.code for entry in new]})
    for entry in entries:
        newest = known.get(entry.code)
        if newest and newest.published_by == SEEDED and newest.definition != entry.definition:
            await publish_category(tx, entry.code, entry.definition, SEEDED, _REASON)


async def _begin(tx: Transaction, entries: Sequence[Category], position: int) -> None:
    versions = [CategoryVersion(e.code, 1, e.definition, tx.now, SEEDED, tx.now, _REASON, tx.now) for e in entries]
    tx.session.add_all(
        defined(entry.code, entry.parent, position + index, version)
        for index, (entry, version) in enumerate(zip(entries, versions, strict=True))
    )
    await tx.session.flush()
    tx.session.add_all(versions)


async def seed_catalog(tx: Transaction) -> None:
    """What a catalog must know before it answers: its categories and the business days."""
    await seed_categories(tx)
    await seed_calendar(tx)
