"""The category tree as it is now, and every version of every category."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from services.catalog.domain.category import Category, CategoryVersion, ForbiddenFunction, RequiredBlock
from services.catalog.tables.columns import DefinitionColumn, Numbers, Texts, rows_of
from services.catalog.tables.metadata import mapper, metadata
from shared.db.tables import INSTANT

category = Table(
    "category",
    metadata,
    Column("code", Text, primary_key=True),
    Column("parent", Text, nullable=False),
    Column("title_zh", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("core_functions", Text, nullable=False),
    Column("requires_qualification", Boolean, nullable=False),
    Column("special", Boolean, nullable=False),
    Column("takes_listings", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    Column("number", Integer, nullable=False, server_default="1"),
    Column("required_blocks", rows_of(RequiredBlock), nullable=False, server_default="[]"),
    Column("forbidden_functions", rows_of(ForbiddenFunction), nullable=False, server_default="[]"),
    Column("allowed_periods", Numbers, nullable=False, server_default="{}"),
    Column("keywords", Texts, nullable=False, server_default="{}"),
    Column("core_functions_en", Text, nullable=False, server_default=""),
)

category_version = Table(
    "category_version",
    metadata,
    Column("code", Text, ForeignKey("category.code"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("definition", DefinitionColumn, nullable=False),
    Column("in_force_from", INSTANT, nullable=False),
    Column("published_by", Text, nullable=False),
    Column("published_at", INSTANT, nullable=False),
    Column("reason", Text, nullable=False),
    Column("in_force_at", INSTANT),
    Index("ix_category_version_due", "in_force_from", postgresql_where=text("in_force_at IS NULL")),
)

mapper.map_imperatively(Category, category)
mapper.map_imperatively(CategoryVersion, category_version)
