"""How the category tree is read and kept."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from services.catalog import tables
from services.catalog.domain.category import Category
from shared.db.transaction import Transaction


async def lock_seed(tx: Transaction) -> None:
    """Processes that start together seed one after the other."""
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("seed", 0))))


async def category(tx: Transaction, code: str) -> Category | None:
    return await tx.session.get(Category, code)


async def categories(tx: Transaction) -> Sequence[Category]:
    return (await tx.session.scalars(select(Category).order_by(tables.category.c.position))).all()


async def keep_category(tx: Transaction, entry: Category) -> bool:
    """Stores the category as it is now; says whether anything was different."""
    values = {column.name: getattr(entry, column.name) for column in tables.category.columns}
    stored = insert(tables.category).values(values)
    changed = await tx.session.scalar(
        stored.on_conflict_do_update(
            index_elements=["code"],
            set_=values,
            where=func.row(*tables.category.columns).is_distinct_from(
                func.row(*(stored.excluded[column.name] for column in tables.category.columns))
            ),
        ).returning(tables.category.c.code)
    )
    return changed is not None
