"""Category qualifications, their history, and the requests for them."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.domain.qualification import Qualification, QualificationStep, StepKind
from services.registry.domain.qualification_request import QualificationRequest, RequestState
from services.registry.tables.metadata import mapper, metadata, named
from shared.db.tables import INSTANT

qualification = Table(
    "qualification",
    metadata,
    Column("provider_id", Uuid, ForeignKey("provider.provider_id"), primary_key=True),
    Column("category", Text, primary_key=True),
    Column("granted_at", INSTANT, nullable=False),
    Column("granted_by", Text, nullable=False),
    Column("expires_at", INSTANT),
    Column("revoked_at", INSTANT),
    Column("reminded_days", Integer),
    Column("lapsed_at", INSTANT),
)
# What still has an end before it; the clock looks at nothing else.
Index(
    "ix_qualification_expires_at",
    qualification.c.expires_at,
    postgresql_where=text("expires_at IS NOT NULL AND revoked_at IS NULL AND lapsed_at IS NULL"),
)

qualification_step = Table(
    "qualification_step",
    metadata,
    Column("step_id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("provider.provider_id"), nullable=False),
    Column("category", Text, nullable=False),
    Column("kind", named(StepKind), nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("by", Text, nullable=False),
    Column("expires_at", INSTANT),
    Column("reason", Text, nullable=False),
    Column("request_id", Uuid),
    Index("ix_qualification_step_provider_id", "provider_id", "step_id"),
)

qualification_request = Table(
    "qualification_request",
    metadata,
    Column("request_id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("provider.provider_id"), nullable=False),
    Column("account_id", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("proofs", JSONB, nullable=False),
    Column("requested_at", INSTANT, nullable=False),
    Column("renews", Boolean, nullable=False),
    Column("state", named(RequestState), nullable=False),
    Column("claimed_by", Text, nullable=False),
    Column("claimed_until", INSTANT),
    Column("decided_at", INSTANT),
    Column("decided_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("expires_at", INSTANT),
    Column("version", Integer, nullable=False),
    Index("ix_qualification_request_provider_id", "provider_id", "request_id"),
)
Index(
    "uq_qualification_request_open",
    qualification_request.c.provider_id,
    qualification_request.c.category,
    unique=True,
    postgresql_where=text("state IN ('submitted', 'in_review', 'changes_requested')"),
)
Index(
    "ix_qualification_request_queue",
    qualification_request.c.requested_at,
    qualification_request.c.request_id,
    postgresql_where=text("state IN ('submitted', 'in_review')"),
)

mapper.map_imperatively(Qualification, qualification)
mapper.map_imperatively(QualificationStep, qualification_step)
mapper.map_imperatively(QualificationRequest, qualification_request)
