"""What staff does with categories, and what the clock does. A category is closed, and never deleted."""

from dataclasses import asdict
from datetime import datetime

from services.catalog import store
from services.catalog.domain.category import Category, CategoryVersion, Definition, defined
from services.catalog.domain.errors import CategoryKnown, CategoryMisplaced
from shared.db.transaction import Transaction
from shared.errors import Invalid

BATCH = 1


async def create_category(tx: Transaction, code: str, parent: str, first: Definition, by: str, reason: str) -> Category:
    """A new place in the tree. Below a category that takes listings there is none, now or soon."""
    await store.lock_tree(tx)
    if await store.category(tx, code) is not None:
        raise CategoryKnown(f"There is a category {code!r} already")
    if parent:
        if await store.category(tx, parent) is None:
            raise _invalid("/parent", f"{parent!r} is no category")
        if await store.takes_listings_ever(tx, parent):
            raise CategoryMisplaced(f"{parent!r} takes listings, so nothing can be below it")
    version = CategoryVersion(code, 1, first, tx.now, by, tx.now, reason, tx.now)
    last = max((entry.position for entry in await store.categories(tx)), default=-1)
    created = defined(code, parent, last + 1, version)
    tx.session.add(created)
    await tx.session.flush()
    tx.session.add(version)
    tx.record("create_category", f"category:{code}", new={"parent": parent, **asdict(first)}, reason=reason)
    return created


async def publish_category(
    tx: Transaction, code: str, definition: Definition, by: str, reason: str, in_force_from: datetime | None = None
) -> CategoryVersion:
    """A new definition, in force at once or at the announced instant."""
    if in_force_from is not None and in_force_from < tx.now:
        raise _invalid("/in_force_from", "must not be past")
    await store.lock_tree(tx)
    category = await store.lock_category(tx, code)
    if definition.takes_listings and await store.has_children(tx, code):
        raise CategoryMisplaced(f"{code!r} has categories below it, so it takes no listings itself")
    number = (await store.category_versions(tx, code))[0].number + 1
    version = CategoryVersion(code, number, definition, in_force_from or tx.now, by, tx.now, reason)
    tx.session.add(version)
    tx.record(
        "publish_category",
        f"category:{code}",
        old={"number": category.number},
        new={"number": number, "in_force_from": version.in_force_from, **asdict(definition)},
        reason=reason,
    )
    if version.in_force_from <= tx.now:
        await _bring_in_force(tx, category, version)
    return version


async def bring_categories_in_force(tx: Transaction) -> int:
    """Announced versions whose time has come, each in a transaction of its own: it may touch many listings."""
    due = await store.claim_due_categories(tx, tx.now, BATCH)
    for version in due:
        await _bring_in_force(tx, await store.lock_category(tx, version.code), version)
    return len(due)


async def _bring_in_force(tx: Transaction, category: Category, version: CategoryVersion) -> None:
    old, asked = category.number, category.requires_qualification
    category.follow(version)
    version.in_force_at = tx.now
    if asked != category.requires_qualification:
        await store.mark_due(tx, category.code)
    tx.record(
        "bring_category_in_force",
        f"category:{category.code}",
        old={"number": old},
        new={"number": version.number, "in_force_from": version.in_force_from},
    )


def _invalid(pointer: str, message: str) -> Invalid:
    return Invalid(message, errors=[{"pointer": pointer, "in": "body", "message": message}])
