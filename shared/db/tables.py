"""The plumbing's tables, in every service's database. Column names follow Debezium's outbox router."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB

INSTANT = DateTime(timezone=True)


def add_plumbing(metadata: MetaData) -> None:
    """Adds outbox, inbox, offsets, parking, replicas' helpers, audit and idempotency to a service's metadata."""
    _add_outgoing(metadata)
    _add_incoming(metadata)
    _add_accountability(metadata)


def _fact_columns() -> list[Column[object]]:
    return [
        Column("id", Uuid, nullable=False),
        Column("aggregatetype", Text, nullable=False),
        Column("aggregateid", Text, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("type", Text, nullable=False),
        Column("payload", Text, nullable=False),
        Column("occurred_at", INSTANT, nullable=False),
        Column("correlation_id", Text, nullable=False),
        Column("causation_id", Text, nullable=False),
        Column("traceparent", Text, nullable=False),
    ]


def _add_outgoing(metadata: MetaData) -> None:
    Table("aggregate_sequence", metadata,
          Column("aggregatetype", Text, primary_key=True),
          Column("aggregateid", Text, primary_key=True),
          Column("last", BigInteger, nullable=False))  # fmt: skip
    Table("outbox", metadata,
          Column("position", BigInteger, Identity(always=True), primary_key=True),
          *_fact_columns())  # fmt: skip
    # Partitioned by the fact's own time (its UUIDv7), dropped by the day; see shared/db/partitions.py.
    Table("event_log", metadata,
          Column("position", BigInteger, nullable=False),
          *_fact_columns(),
          Index("ix_event_log_position", "position"),
          postgresql_partition_by="RANGE (id)")  # fmt: skip
    # What the relay of a shard knows of the broker, and what it was told to do.
    Table("relay_state", metadata,
          Column("shard", SmallInteger, primary_key=True),
          Column("cluster_id", Text, nullable=False, server_default=""),
          Column("incarnation", Text, nullable=False, server_default=""),
          Column("mode", Text, nullable=False, server_default="running"),
          Column("republish_from", BigInteger),
          Column("republish_upto", BigInteger))  # fmt: skip


def _add_incoming(metadata: MetaData) -> None:
    Table(
        "inbox",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        postgresql_partition_by="RANGE (event_id)",
    )
    Table("consumer_offset", metadata,
          Column("topic", Text, primary_key=True),
          Column("partition", Integer, primary_key=True),
          Column("next_offset", BigInteger, nullable=False),
          Column("cluster_id", Text, nullable=False),
          Column("incarnation", Text, nullable=False),
          Column("problem", Text, nullable=False, server_default=""))  # fmt: skip
    Table("parked_key", metadata,
          Column("topic", Text, primary_key=True),
          Column("key", LargeBinary, primary_key=True),
          Column("state", Text, nullable=False),
          Column("attempts", Integer, nullable=False),
          Column("due_at", INSTANT),
          Column("parked_at", INSTANT, nullable=False))  # fmt: skip
    _add_record_table(metadata, "parked_record")
    _add_record_table(metadata, "dead_letter",
                      Column("reason", Text, nullable=False),
                      Column("error", Text, nullable=False),
                      Column("resolved_at", INSTANT),
                      Column("resolution", Text, nullable=False, server_default=""))  # fmt: skip


def _add_record_table(metadata: MetaData, name: str, *more: Column[object]) -> None:
    Table(name, metadata,
          Column("id", BigInteger, Identity(always=True), primary_key=True),
          Column("topic", Text, nullable=False),
          Column("partition", Integer, nullable=False),
          Column("offset", BigInteger, nullable=False),
          Column("key", LargeBinary, nullable=False),
          Column("headers", JSONB, nullable=False),
          Column("value", LargeBinary, nullable=False),
          Column("received_at", INSTANT, nullable=False),
          *more,
          Index(f"ix_{name}_key", "topic", "key", "id"))  # fmt: skip


def _add_accountability(metadata: MetaData) -> None:
    Table("audit", metadata,
          Column("position", BigInteger, Identity(always=True), primary_key=True),
          Column("id", Uuid, nullable=False, unique=True),
          Column("at", INSTANT, nullable=False),
          Column("actor", Text, nullable=False),
          Column("action", Text, nullable=False),
          Column("target", Text, nullable=False),
          Column("old", JSONB, nullable=False),
          Column("new", JSONB, nullable=False),
          Column("reason", Text, nullable=False),
          Column("correlation_id", Text, nullable=False),
          Column("sealed", SmallInteger, nullable=False, server_default="0"),
          Index("ix_audit_unsealed", "position", postgresql_where=text("sealed = 0")),
          Index("ix_audit_correlation_id", "correlation_id"))  # fmt: skip
    Table("audit_chain", metadata,
          Column("number", BigInteger, primary_key=True, autoincrement=False),
          Column("audit_id", Uuid, nullable=False, unique=True),
          Column("link", LargeBinary, nullable=False))  # fmt: skip
    Table("idempotency", metadata,
          Column("principal", Text, primary_key=True),
          Column("route", Text, primary_key=True),
          Column("key", Text, primary_key=True),
          Column("fingerprint", LargeBinary, nullable=False),
          Column("status", Integer, nullable=False),
          Column("headers", Text, nullable=False),
          Column("body", LargeBinary, nullable=False),
          Column("created_at", INSTANT, nullable=False),
          Index("ix_idempotency_created_at", "created_at"))  # fmt: skip
