"""What other services said."""

from sqlalchemy import (
    BigInteger,
    Column,
    Computed,
    Index,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.enforcement.tables.metadata import metadata
from shared.db.replicas import replica_table
from shared.db.tables import INSTANT

# What other services last told.
listing = replica_table("listing", metadata)
provider = replica_table(
    "provider",
    metadata,
    Column("account_id", Text, Computed("(state ->> 'account_id'::text)", persisted=True), index=True),
)
outage = replica_table("outage", metadata)
account_group = replica_table(
    "account_group",
    metadata,
    Column(
        "member_ids",
        JSONB,
        Computed('jsonb_path_query_array(state, \'$."members"[*]."provider_id"\'::jsonpath)', persisted=True),
    ),
    Index("ix_account_group_member_ids", "member_ids", postgresql_using="gin"),
)

# The seals of every service's audit trail, kept out of that service's reach. A second head for the same count is
# evidence of its own, so it gets its own row.
audit_anchor = Table(
    "audit_anchor",
    metadata,
    Column("service", Text, primary_key=True),
    Column("count", BigInteger, primary_key=True, autoincrement=False),
    Column("head_hash", Text, primary_key=True),
    Column("sealed_at", INSTANT, nullable=False),
)
