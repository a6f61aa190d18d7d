"""Violations, the penalties that answer them, what they restrict, and appeals."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.enforcement.domain.appeal import AppealStatus
from services.enforcement.domain.penalty import EndedBy, PenaltyStatus
from services.enforcement.domain.rulebook import Ending
from services.enforcement.domain.violation import ViolationStatus
from services.enforcement.tables.columns import SetOf, TargetColumn, named
from services.enforcement.tables.metadata import metadata
from shared.contracts.effects import Effect
from shared.db.tables import INSTANT

violation = Table(
    "violation",
    metadata,
    Column("violation_id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("case_file.case_id"), nullable=False, unique=True),
    Column("provider_id", Uuid, nullable=False),
    Column("listing_id", Uuid),
    Column("category", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("rulebook", Text, nullable=False),
    Column("rulebook_version", Text, nullable=False),
    Column("decision_id", Uuid, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    Column("confirmed_at", INSTANT, nullable=False),
    Column("happened_at", INSTANT, nullable=False),
    Column("appeal_until", INSTANT, nullable=False),
    Column("earlier", Integer, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("status", named(ViolationStatus), nullable=False),
    Column("accounts", ARRAY(Uuid), nullable=False, server_default="{}"),
    Column("group_id", Uuid),
    Column("group_version", Integer),
    Column("version", Integer, nullable=False),
    Index("ix_violation_provider_id", "provider_id", "violation_id"),
)

penalty = Table(
    "penalty",
    metadata,
    Column("penalty_id", Uuid, primary_key=True),
    Column("violation_id", Uuid, ForeignKey("violation.violation_id"), index=True),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("decision_id", Uuid, nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("target", TargetColumn, nullable=False),
    Column("target_key", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("measure_clause", Text, nullable=False),
    Column("effects", SetOf(Effect), nullable=False),
    Column("ends", SetOf(Ending), nullable=False),
    Column("from_at", INSTANT, nullable=False),
    Column("until", INSTANT),
    Column("status", named(PenaltyStatus), nullable=False),
    Column("lifted_at", INSTANT),
    Column("lift_decision_id", Uuid),
    Column("ended_by", named(EndedBy)),
    Column("spreads", Boolean, nullable=False, server_default=false()),
    Column("extended_from", Uuid, ForeignKey("penalty.penalty_id")),
    Column("through_group", Uuid),
    Column("interim", Boolean, nullable=False, server_default=false()),
    Column("ordered_by", Text, nullable=False, server_default=""),
    Column("told_sequence", BigInteger),
    Column("version", Integer, nullable=False),
    CheckConstraint("violation_id IS NOT NULL OR interim", name="has_a_ground"),
    CheckConstraint("until IS NULL OR from_at < until", name="half_open"),
    Index("ix_penalty_standing", "target_key", postgresql_where=text("status = 'applied'")),
    Index(
        "uq_penalty_extended",
        "extended_from",
        "target_key",
        unique=True,
        postgresql_where=text("extended_from IS NOT NULL AND status = 'applied'"),
    ),
    Index("ix_penalty_through_group", "through_group", postgresql_where=text("through_group IS NOT NULL")),
    Index("ix_penalty_provider_id", "provider_id", "penalty_id"),
    Index("ix_penalty_target_key", "target_key", "penalty_id"),
)

# One row per target that was ever restricted. What restricts it is computed from the penalties; the row is the lock
# under which that is done, so that two decisions about one target come one after the other.
restriction = Table(
    "restriction",
    metadata,
    Column("target_key", Text, primary_key=True),
    Column("target", TargetColumn, nullable=False),
)

appeal = Table(
    "appeal",
    metadata,
    Column("appeal_id", Uuid, primary_key=True),
    Column("violation_id", Uuid, ForeignKey("violation.violation_id"), nullable=False, unique=True),
    Column("provider_id", Uuid, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    Column("filed_by", Text, nullable=False),
    Column("filed_at", INSTANT, nullable=False),
    Column("text", Text, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("status", named(AppealStatus), nullable=False),
    Column("decision_id", Uuid),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", INSTANT),
    Column("reason", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_appeal_status", "status", "appeal_id"),
)
