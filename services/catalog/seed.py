"""Puts the category tree of `categories.yaml` into the database."""

from services.catalog import rules, store
from shared.db.transaction import Transaction


async def seed_categories(tx: Transaction) -> None:
    """Safe to run by several processes at once and again at every start. A category is never deleted."""
    await store.lock_seed(tx)
    changed = [entry.code for entry in rules.category_tree() if await store.keep_category(tx, entry)]
    if changed:
        tx.record("seed_categories", "category", new={"categories": changed})
