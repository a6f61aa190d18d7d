"""Proposals of staff to move a listing to another category."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, Uuid, text

from services.catalog.domain.move import Move, MoveState
from services.catalog.tables.columns import named
from services.catalog.tables.metadata import mapper, metadata
from shared.db.tables import INSTANT

move = Table(
    "move",
    metadata,
    Column("move_id", Uuid, primary_key=True),
    Column("listing_id", Uuid, ForeignKey("listing.listing_id"), nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("from_category", Text, nullable=False),
    Column("to_category", Text, nullable=False),
    Column("is_misplacement", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", INSTANT, nullable=False),
    Column("state", named(MoveState), nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", INSTANT),
    Column("decision_reason", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_move_proposed", "listing_id", unique=True, postgresql_where=text("state = 'proposed'")),
    Index("ix_move_open", "move_id", postgresql_where=text("state = 'proposed'")),
)

mapper.map_imperatively(Move, move)
