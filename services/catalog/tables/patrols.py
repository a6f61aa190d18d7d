"""Patrols over what is live, and what they found that was not found before."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.catalog.domain.patrol import Patrol, PatrolState
from services.catalog.tables.columns import named
from services.catalog.tables.metadata import mapper, metadata
from shared.db.tables import INSTANT

patrol = Table(
    "patrol",
    metadata,
    Column("patrol_id", Uuid, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("state", named(PatrolState), nullable=False),
    Column("started_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("started_at", INSTANT, nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("found", Integer, nullable=False),
    Column("last_listing_id", Uuid),
    Column("ended_at", INSTANT),
    Index("uq_patrol_running", "state", unique=True, postgresql_where=text("state = 'running'")),
)

# `fingerprint` tells what was found apart from everything else in the same version: it is reported once.
patrol_finding = Table(
    "patrol_finding",
    metadata,
    Column("listing_id", Uuid, ForeignKey("listing.listing_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", Text, primary_key=True),
    Column("patrol_id", Uuid, ForeignKey("patrol.patrol_id"), nullable=False),
    Column("finding", JSONB, nullable=False),
    Column("reported", Boolean, nullable=False),
    Column("found_at", INSTANT, nullable=False),
    Index("ix_patrol_finding_patrol", "patrol_id", "listing_id", "fingerprint"),
)

mapper.map_imperatively(Patrol, patrol)
