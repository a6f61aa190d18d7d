"""What the catalog keeps of other services' data."""

from sqlalchemy import Column, Computed, Index, Text

from services.catalog.tables.metadata import metadata
from shared.db.replicas import replica_table

# Enforcement's restrictions on any target, and the registry's standing of every provider, as they last told them.
restriction = replica_table("restriction", metadata)
provider_standing = replica_table(
    "provider_standing",
    metadata,
    Column("account_id", Text, Computed("(state ->> 'account_id'::text)", persisted=True)),
    Index("ix_provider_standing_account_id", "account_id"),
)
