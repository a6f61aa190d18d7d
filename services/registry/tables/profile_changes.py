"""Changes of what was verified, and the queue of those that wait."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.domain.profile_change import ChangeState, ProfileChange
from services.registry.tables.metadata import mapper, metadata, named
from shared.db.tables import INSTANT

profile_change = Table(
    "profile_change",
    metadata,
    Column("change_id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("provider.provider_id"), nullable=False),
    Column("account_id", Text, nullable=False),
    Column("state", named(ChangeState), nullable=False),
    Column("legal_name", Text, nullable=False),
    Column("registered_address", Text, nullable=False),
    # Sealed, as in `person`; only while the change waits.
    Column("representative", LargeBinary),
    Column("settlement_account", LargeBinary),
    Column("items", JSONB, nullable=False),
    Column("round", Integer, nullable=False),
    Column("submitted_at", INSTANT),
    Column("due_business_days", Integer, nullable=False),
    Column("due_at", INSTANT),
    Column("due_is_provisional", Boolean, nullable=False),
    Column("claimed_by", Text, nullable=False),
    Column("claimed_until", INSTANT),
    Column("objections", JSONB, nullable=False),
    Column("decided_at", INSTANT),
    Column("decided_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_profile_change_provider_id", "provider_id", "change_id"),
)
Index(
    "uq_profile_change_open",
    profile_change.c.provider_id,
    unique=True,
    postgresql_where=text("state IN ('submitted', 'in_review', 'changes_requested')"),
)
Index(
    "ix_profile_change_queue",
    profile_change.c.due_at,
    profile_change.c.change_id,
    postgresql_where=profile_change.c.due_at.is_not(None),
)

mapper.map_imperatively(ProfileChange, profile_change)
