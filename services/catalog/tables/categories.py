"""The category tree, as it is now."""

from sqlalchemy import Boolean, Column, Integer, Table, Text

from services.catalog.domain.category import Category, ForbiddenFunction, RequiredBlock
from services.catalog.tables.columns import Numbers, Texts, rows_of
from services.catalog.tables.metadata import mapper, metadata

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
)

mapper.map_imperatively(Category, category)
