"""Kept images, the versions that show them, and the files that nobody shows any more."""

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, Integer, Table, Text, Uuid

from services.catalog.tables.columns import Texts
from services.catalog.tables.metadata import metadata
from shared.db.tables import INSTANT

# The same picture of two accounts is two rows and one file.
image = Table(
    "image",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("account_id", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("codes", Texts, nullable=False),
    Column("perceptual", BigInteger, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("used_at", INSTANT, nullable=False),
    Index("ix_image_own", "account_id"),
    Index("ix_image_used_at", "used_at"),
)

image_use = Table(
    "image_use",
    metadata,
    Column("listing_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    ForeignKeyConstraint(["listing_id", "number"], ["listing_version.listing_id", "listing_version.number"]),
    ForeignKeyConstraint(["sha256", "account_id"], ["image.sha256", "image.account_id"]),
    Index("ix_image_use_image", "sha256", "account_id"),
)

abandoned_image = Table(
    "abandoned_image",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("due_at", INSTANT, nullable=False, index=True),
)
