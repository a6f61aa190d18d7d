"""Applications and the queue of those that wait; documents, whose content is in the blob store."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.domain.application import Application, ApplicationState
from services.registry.domain.document import Document
from services.registry.tables.metadata import mapper, metadata, named
from shared.db.tables import INSTANT

application = Table(
    "application",
    metadata,
    Column("provider_id", Uuid, ForeignKey("provider.provider_id"), primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("state", named(ApplicationState), nullable=False),
    Column("round", Integer, nullable=False),
    Column("submitted_at", INSTANT),
    Column("due_business_days", Integer, nullable=False),
    Column("due_at", INSTANT),
    Column("due_is_provisional", Boolean, nullable=False),
    Column("claimed_by", Text, nullable=False),
    Column("claimed_until", INSTANT),
    Column("checks", JSONB, nullable=False),
    Column("objections", JSONB, nullable=False),
    Column("decided_at", INSTANT),
    Column("decided_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
)
# Only what waits has a due date, so the queue is as short as the work is.
Index(
    "ix_application_queue",
    application.c.due_at,
    application.c.provider_id,
    postgresql_where=application.c.due_at.is_not(None),
)

document = Table(
    "document",
    metadata,
    Column("document_id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("provider.provider_id"), nullable=False, index=True),
    Column("person_id", Uuid, nullable=False),  # whose key sealed it; after an erasure nobody has this id any more
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("issued_on", Date),
    Column("valid_until", Date),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("blob", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_at", INSTANT, nullable=False),
    Column("replaced_at", INSTANT),
    Index("ix_document_current", "provider_id", postgresql_where=text("replaced_at IS NULL")),
)

# Sealed content that nobody can open any more, until it is deleted from the store.
abandoned_file = Table(
    "abandoned_file",
    metadata,
    Column("blob", Text, primary_key=True),
    Column("due_at", INSTANT, nullable=False, index=True),
)

mapper.map_imperatively(Application, application)
mapper.map_imperatively(Document, document)
