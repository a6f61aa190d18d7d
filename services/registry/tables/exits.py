"""Exits, and the receipts of the users whose data is handed over."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, Uuid, text

from services.registry.domain.exit import Exit, ExitKind, ExitStatus
from services.registry.domain.receipt import Receipt, ReceiptStatus
from services.registry.tables.metadata import mapper, metadata, named
from shared.db.tables import INSTANT

_RUNNING = "status IN ('requested', 'accepted', 'superseded', 'proceeding', 'effective')"

exit_ = Table(
    "exit",
    metadata,
    Column("exit_id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("provider.provider_id"), nullable=False),
    Column("kind", named(ExitKind), nullable=False),
    Column("status", named(ExitStatus), nullable=False),
    Column("requested_at", INSTANT, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("accepted_at", INSTANT),
    Column("accepted_by", Text, nullable=False),
    Column("ended_at", INSTANT),
    Column("superseded_from", named(ExitStatus)),
    Column("due_at", INSTANT),
    Column("version", Integer, nullable=False),
    Index("ix_exit_provider_id", "provider_id", "exit_id"),
    Index("uq_exit_running", "provider_id", "kind", unique=True, postgresql_where=text(_RUNNING)),
    Index("ix_exit_queue", "status", "requested_at", "exit_id"),
    Index("ix_exit_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
)

exit_receipt = Table(
    "exit_receipt",
    metadata,
    Column("exit_id", Uuid, ForeignKey("exit.exit_id"), primary_key=True),
    Column("listing_id", Uuid, primary_key=True),
    Column("merchant_id", Text, primary_key=True),
    Column("status", named(ReceiptStatus), nullable=False),
    Column("evidence", Text, nullable=False),
    Column("document_id", Uuid),
    Column("claimed_at", INSTANT),
    Column("settled_at", INSTANT),
    Column("settled_by", Text, nullable=False),
    Column("told_at", INSTANT),
    Column("version", Integer, nullable=False),
    Index("ix_exit_receipt_untold", "exit_id", postgresql_where=text("told_at IS NULL")),
)

mapper.map_imperatively(Exit, exit_)
mapper.map_imperatively(Receipt, exit_receipt)
