"""The tables of monitoring, and the mapping of its outage and its maintenance."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.orm import registry

from services.monitoring.domain.maintenance import Maintenance
from services.monitoring.domain.outage import Outage
from shared.db.engine import new_metadata
from shared.db.replicas import replica_table
from shared.db.tables import INSTANT, add_plumbing

metadata = new_metadata()
add_plumbing(metadata)

# What is probed. `sequence` is the listing's; `state`, `since_ms`, `held_until_ms` are the open end of its timeline;
# `leased_by` is the prober that looks at it, `problem` what was wrong at the last look.
target = Table(
    "target",
    metadata,
    Column("listing_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("category", Text, nullable=False),
    Column("listing_kind", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("is_retired", Boolean, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("followed_at", INSTANT, nullable=False),
    Column("interval_ms", Integer, nullable=False, server_default="30000"),
    Column("timeout_ms", Integer, nullable=False, server_default="10000"),
    Column("state", Text, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("held_until_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger),
    Column("problem", Text, nullable=False, server_default=""),
    Column("suspension_due_at", INSTANT),
    Column("leased_by", Text, nullable=False, server_default=""),
    Column("availability_due_at", INSTANT, nullable=False, server_default=text("to_timestamp(0)")),
    Index("ix_target_availability_due_at", "availability_due_at"),
    Index("ix_target_provider_id", "provider_id", "category"),
    Index("ix_target_leased_by", "leased_by"),
    Index("ix_target_suspension_due_at", "suspension_due_at", postgresql_where=text("suspension_due_at IS NOT NULL")),
)

prober = Table(
    "prober",
    metadata,
    Column("name", Text, primary_key=True),
    Column("alive_until", INSTANT, nullable=False),
)

state_span = Table(
    "state_span",
    metadata,
    Column("listing_id", Uuid, primary_key=True),
    Column("from_ms", BigInteger, primary_key=True),
    Column("until_ms", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    CheckConstraint("from_ms < until_ms", name="half_open"),
)

# Failing probes as they were, addressed by the SHA-256 of the document.
evidence = Table(
    "evidence",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("listing_id", Uuid, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Index("ix_evidence_listing_id", "listing_id", "at_ms"),
    Index("ix_evidence_at_ms", "at_ms"),
)

outage = Table(
    "outage",
    metadata,
    Column("outage_id", Uuid, primary_key=True),
    Column("listing_id", Uuid, nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("listing_kind", Text, nullable=False),
    Column("started_at", INSTANT, nullable=False),
    Column("ended_at", INSTANT),
    Column("evidence_hash", Text, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("merchants_affected", Integer, nullable=False),
    Column("counted_at", INSTANT, nullable=False),
    Column("cause", Text, nullable=False),
    Column("cause_evidence", Text, nullable=False),
    Column("cause_reason", Text, nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint("ended_at IS NULL OR started_at <= ended_at", name="half_open"),
    Index("uq_outage_open", "listing_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    Index("ix_outage_listing_id", "listing_id", "outage_id"),
)

# Who was subscribed at the start of an outage or since: kept, because the subscription itself may end meanwhile.
outage_merchant = Table(
    "outage_merchant",
    metadata,
    Column("outage_id", Uuid, ForeignKey("outage.outage_id"), primary_key=True),
    Column("merchant_id", Text, primary_key=True),
)

subscription = Table(
    "subscription",
    metadata,
    Column("subscription_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("merchant_id", Text, nullable=False),
    Column("listing_id", Uuid, nullable=False),
    Column("status", Text, nullable=False),
    Column("starts_at", INSTANT, nullable=False),
    Column("ends_at", INSTANT, nullable=False),
    Index("ix_subscription_active", "listing_id", "ends_at", postgresql_where=text("status = 'active'")),
    Index("ix_subscription_listing_id", "listing_id", "ends_at"),
)

# What was told of a listing's availability last, over [from_at, measured_at).
availability = Table(
    "availability",
    metadata,
    Column("listing_id", Uuid, primary_key=True),
    Column("provider_id", Uuid, nullable=False),
    Column("per_mille", Integer),
    Column("from_at", INSTANT, nullable=False),
    Column("measured_at", INSTANT, nullable=False),
    CheckConstraint("per_mille BETWEEN 0 AND 1000", name="share"),
)

maintenance = Table(
    "maintenance",
    metadata,
    Column("maintenance_id", Uuid, primary_key=True),
    Column("listing_id", Uuid, nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("announced_at", INSTANT, nullable=False),
    Column("starts_at", INSTANT, nullable=False),
    Column("ends_at", INSTANT, nullable=False),
    Column("reason", Text, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("cancelled_at", INSTANT),
    Column("cancel_reason", Text, nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint("starts_at < ends_at", name="half_open"),
    Index("ix_maintenance_listing_id", "listing_id", "maintenance_id"),
)

restriction = replica_table("restriction", metadata)
provider = replica_table("provider", metadata)

mapper = registry(metadata=metadata)
mapper.map_imperatively(Outage, outage, version_id_col=outage.c.version)
mapper.map_imperatively(Maintenance, maintenance, version_id_col=maintenance.c.version)
