"""Puts what the catalog must know before it answers into the database."""

from collections.abc import Sequence
from dataclasses import replace

from services.catalog import rules, store
from services.catalog.domain.category import SEEDED, Category, CategoryVersion, defined
from services.catalog.domain.screening.lexicon import Lexicon
from services.catalog.use_cases.categories import publish_category
from services.catalog.use_cases.lexicons import keep_version
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


async def seed_lexicons(tx: Transaction, shipped: Sequence[Lexicon] | None = None) -> None:
    """As with categories: a file that differs is a new version, unless staff has changed the lexicon since."""
    await store.lock_lexicons(tx)
    known = {lexicon.code: lexicon for lexicon in await store.lexicons(tx)}
    authors = await store.lexicon_authors(tx)
    for lexicon in rules.lexicons() if shipped is None else shipped:
        old = known.get(lexicon.code)
        if old is None:
            await keep_version(tx, None, lexicon, SEEDED, _REASON)
        elif authors[lexicon.code] == SEEDED and old.digest != lexicon.digest:
            await keep_version(tx, old, replace(lexicon, number=old.number + 1), SEEDED, _REASON)


async def seed_catalog(tx: Transaction) -> None:
    """What a catalog must know before it answers: its categories, its lexicons and the business days."""
    await seed_categories(tx)
    await seed_lexicons(tx)
    await seed_calendar(tx)
