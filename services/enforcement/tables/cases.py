"""Rulebooks, cases, the reports that join them, and the decisions about them."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.enforcement.domain.case import CaseKind, CaseOrigin, CaseStatus
from services.enforcement.domain.decision import DecisionKind
from services.enforcement.tables.columns import named
from services.enforcement.tables.metadata import metadata
from shared.db.tables import INSTANT

# `document` is the text of the rulebook as data: a decision of long ago is read under the very words it was made by.
rulebook = Table(
    "rulebook",
    metadata,
    Column("rulebook", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("announced_at", INSTANT, nullable=False),
    Column("in_force_at", INSTANT, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("published_at", INSTANT, nullable=False),
    UniqueConstraint("rulebook", "in_force_at"),
)

# `case` is a word of SQL. One case per act and origin: the same outage never opens a second one.
case_file = Table(
    "case_file",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("act", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("rulebook", Text, nullable=False),
    Column("rulebook_version", Text, nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("listing_id", Uuid),
    Column("origin", named(CaseOrigin), nullable=False),
    Column("origin_id", Uuid, nullable=False),
    Column("status", named(CaseStatus), nullable=False),
    Column("happened_at", INSTANT, nullable=False),
    Column("opened_at", INSTANT, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("trace", JSONB, nullable=False),
    Column("decision_id", Uuid),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", INSTANT),
    Column("kind", named(CaseKind), nullable=False, server_default=CaseKind.VIOLATION.value),
    Column("recommended_by", Text, nullable=False, server_default=""),
    Column("recommendation_id", Uuid),
    Column("version", Integer, nullable=False),
    UniqueConstraint("origin_id", "act"),
    Index("ix_case_file_status", "status", "case_id"),
    Index("ix_case_file_listing_id", "listing_id", "case_id"),
    Index("ix_case_file_provider_id", "provider_id", "act"),
)

report = Table(
    "report",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("case_file.case_id"), nullable=False, index=True),
    Column("reporter", Text, nullable=False, index=True),
    Column("act", Text, nullable=False),
    Column("happened_at", INSTANT, nullable=False),
    Column("text", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("reported_at", INSTANT, nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("decision_id", Uuid, primary_key=True),
    Column("kind", named(DecisionKind), nullable=False),
    Column("case_id", Uuid, ForeignKey("case_file.case_id"), nullable=False, index=True),
    Column("rulebook", Text, nullable=False),
    Column("rulebook_version", Text, nullable=False),
    Column("rulebook_hash", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", INSTANT, nullable=False),
    Column("reason", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("trace", JSONB, nullable=False),
    Column("measures", ARRAY(Text), nullable=False, server_default="{}"),
)

# What the catalog found of a clause that is no act of the rulebook: kept for people to see.
unmatched_finding = Table(
    "unmatched_finding",
    metadata,
    Column("finding_id", Uuid, primary_key=True),
    Column("listing_id", Uuid, nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("listing_version", Integer, nullable=False),
    Column("origin", Text, nullable=False),
    Column("rules_digest", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("finding", JSONB, nullable=False),
    Column("found_at", INSTANT, nullable=False),
    Column("kept_at", INSTANT, nullable=False),
    Index("ix_unmatched_finding_kept_at", "kept_at", "finding_id"),
)

# When an outage that is still open must be looked at again, because a threshold of duration is reached then.
timer = Table(
    "timer",
    metadata,
    Column("outage_id", Uuid, primary_key=True),
    Column("due_at", INSTANT, primary_key=True),
    Column("correlation_id", Text, nullable=False),
    Index("ix_timer_due_at", "due_at"),
)
