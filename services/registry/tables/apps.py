"""Applications on the open platform: their keys, and what was told of their access last."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.tables.metadata import metadata
from shared.db.replicas import replica_table
from shared.db.tables import INSTANT

# The catalog's listings, as it last told them.
listing = replica_table("listing", metadata)

app_key = Table(
    "app_key",
    metadata,
    Column("app_key", Text, primary_key=True),
    Column("app_id", Uuid, nullable=False, index=True),
    Column("provider_id", Uuid, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("valid_until", INSTANT),
    Column("revoked_at", INSTANT),
    Column("revoked_by", Text, nullable=False),
    Column("revoked_reason", Text, nullable=False),
)

# One row per application that ever had a key. `version` counts what was told; `due_at`: when the clock changes it.
app_access = Table(
    "app_access",
    metadata,
    Column("app_id", Uuid, primary_key=True),
    Column("provider_id", Uuid, nullable=False, index=True),
    Column("told", JSONB, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("due_at", INSTANT),
    Index("ix_app_access_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
)
