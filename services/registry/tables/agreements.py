"""Agreements in versions, who signed them, and what happens to each version by the clock."""

from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Index, Table, Text, Uuid
from sqlalchemy.orm import deferred

from services.registry.domain.agreement import Agreement, AgreementKind, AgreementTimer, Signature, Stage
from services.registry.tables.metadata import mapper, metadata, named
from shared.db.tables import INSTANT

agreement = Table(
    "agreement",
    metadata,
    Column("agreement", named(AgreementKind), primary_key=True),
    Column("version", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("text_hash", Text, nullable=False),
    Column("announced_at", INSTANT, nullable=False),
    Column("in_force_at", INSTANT, nullable=False),
)

signature = Table(
    "signature",
    metadata,
    Column("provider_id", Uuid, ForeignKey("provider.provider_id"), primary_key=True),
    Column("agreement", named(AgreementKind), primary_key=True),
    Column("version", Text, primary_key=True),
    Column("text_hash", Text, nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("signed_at", INSTANT, nullable=False),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
)

agreement_timer = Table(
    "agreement_timer",
    metadata,
    Column("agreement", named(AgreementKind), primary_key=True),
    Column("version", Text, primary_key=True),
    Column("stage", named(Stage), primary_key=True),
    Column("due_at", INSTANT, nullable=False),
    Column("reached", Uuid),
    Column("done_at", INSTANT),
    ForeignKeyConstraint(["agreement", "version"], ["agreement.agreement", "agreement.version"]),
)
Index("ix_agreement_timer_due_at", agreement_timer.c.due_at, postgresql_where=agreement_timer.c.done_at.is_(None))

# Whoever asks what binds a provider needs no texts: they are read where they are shown.
mapper.map_imperatively(Agreement, agreement, properties={"text": deferred(agreement.c.text)})
mapper.map_imperatively(Signature, signature)
mapper.map_imperatively(AgreementTimer, agreement_timer)
