"""What other services say of a provider's open business, of its users, and of its services being away."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.tables.metadata import metadata
from shared.db.tables import INSTANT

# One row per thing of another service (an order, a case …): what it means for its provider, as last told.
obligation = Table(
    "obligation",
    metadata,
    Column("key", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("kinds", ARRAY(Text), nullable=False),
    Index("ix_obligation_open", "provider_id", postgresql_where=text("kinds <> '{}'::text[]")),
)

subscription = Table(
    "subscription",
    metadata,
    Column("subscription_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("listing_id", Uuid, nullable=False),
    Column("merchant_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("ends_at", INSTANT, nullable=False),
    Index("ix_subscription_provider_id", "provider_id", "ends_at"),
)

# `reported_at`: when it was said that the service was stopped early.
outage = Table(
    "outage",
    metadata,
    Column("outage_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("listing_id", Uuid, nullable=False),
    Column("started_at", INSTANT, nullable=False),
    Column("ended_at", INSTANT),
    Column("merchants_affected", Integer, nullable=False),
    Column("evidence_hash", Text, nullable=False),
    Column("reported_at", INSTANT),
    Index("ix_outage_open", "provider_id", postgresql_where=text("ended_at IS NULL AND reported_at IS NULL")),
)
