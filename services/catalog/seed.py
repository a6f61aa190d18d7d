"""Puts what the catalog must know before it answers into the database."""

from services.catalog import rules, store
from shared.business_days import seed_calendar
from shared.db.transaction import Transaction


async def seed_categories(tx: Transaction) -> None:
    """Safe to run by several processes at once and again at every start. A category is never deleted."""
    await store.lock_seed(tx)
    changed = [entry.code for entry in rules.category_tree() if await store.keep_category(tx, entry)]
    if changed:
        tx.record("seed_categories", "category", new={"categories": changed})


async def seed_catalog(tx: Transaction) -> None:
    """What a catalog must know before it answers: its categories and the business days."""
    await seed_categories(tx)
    await seed_calendar(tx)
