"""How the category tree and its versions are found, locked and kept."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, or_, select, tuple_

from services.catalog import tables
from services.catalog.domain.category import Category, CategoryVersion
from shared.db.transaction import Transaction
from shared.errors import NotFound


async def lock_tree(tx: Transaction) -> None:
    """Whoever adds to the tree comes one after the other: processes that start together, and staff."""
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("categories", 0))))


async def category(tx: Transaction, code: str) -> Category | None:
    return await tx.session.get(Category, code)


async def categories(tx: Transaction) -> Sequence[Category]:
    """Parents before their children."""
    return (await tx.session.scalars(select(Category).order_by(tables.category.c.position))).all()


async def lock_category(tx: Transaction, code: str) -> Category:
    found = await tx.session.get(Category, code, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no category with this code")
    return found


async def category_version(tx: Transaction, code: str, number: int) -> CategoryVersion:
    found = await tx.session.get(CategoryVersion, (code, number))
    if found is None:
        raise NotFound("There is no such version of the category")
    return found


async def category_versions(tx: Transaction, code: str) -> Sequence[CategoryVersion]:
    """The newest first."""
    columns = tables.category_version.c
    return (
        await tx.session.scalars(select(CategoryVersion).where(columns.code == code).order_by(columns.number.desc()))
    ).all()


async def newest_category_versions(tx: Transaction) -> dict[str, CategoryVersion]:
    columns = tables.category_version.c
    newest = select(columns.code, func.max(columns.number)).group_by(columns.code)
    found = await tx.session.scalars(select(CategoryVersion).where(tuple_(columns.code, columns.number).in_(newest)))
    return {version.code: version for version in found}


async def claim_due_categories(tx: Transaction, now: datetime, limit: int) -> Sequence[CategoryVersion]:
    """Announced versions whose time has come, in the order in which they come in force."""
    columns = tables.category_version.c
    return (
        await tx.session.scalars(
            select(CategoryVersion)
            .where(columns.in_force_at.is_(None), columns.in_force_from <= now)
            .order_by(columns.in_force_from, columns.number)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    ).all()


async def has_children(tx: Transaction, code: str) -> bool:
    return bool(await tx.session.scalar(select(exists().where(tables.category.c.parent == code))))


async def takes_listings_ever(tx: Transaction, code: str) -> bool:
    """Now, or by a version that is announced."""
    versions = tables.category_version.c
    announced = exists().where(
        versions.code == code, versions.in_force_at.is_(None), versions.definition["takes_listings"].as_boolean()
    )
    found = select(Category).where(tables.category.c.code == code, or_(tables.category.c.takes_listings, announced))
    return await tx.session.scalar(found) is not None
