"""What other services said."""

from sqlalchemy import BigInteger, Column, Table, Text

from services.registry.tables.metadata import metadata
from shared.db.replicas import replica_table
from shared.db.tables import INSTANT

# Enforcement's restrictions on providers and listings, as it last told them.
restriction = replica_table("restriction", metadata)

# The seals of enforcement's audit trail, kept out of enforcement's reach: a contradiction stays visible.
audit_anchor = Table(
    "audit_anchor",
    metadata,
    Column("service", Text, primary_key=True),
    Column("count", BigInteger, primary_key=True, autoincrement=False),
    Column("head_hash", Text, primary_key=True),
    Column("sealed_at", INSTANT, nullable=False),
)
