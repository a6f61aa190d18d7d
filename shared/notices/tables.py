"""The tables of notices, their channels and their deliveries, and the same as a migration."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)  # fmt: skip

INSTANT = DateTime(timezone=True)


def add_notices(metadata: MetaData) -> None:
    """Adds the tables to a service's metadata."""
    Table("notice", metadata,
          Column("notice_id", Uuid, primary_key=True),
          Column("recipient", Text, nullable=False),
          Column("kind", Text, nullable=False),
          Column("key", Text, nullable=False),
          Column("title_zh", Text, nullable=False),
          Column("body_zh", Text, nullable=False),
          Column("title_en", Text, nullable=False),
          Column("body_en", Text, nullable=False),
          Column("link", Text, nullable=False),
          Column("created_at", INSTANT, nullable=False),
          Column("read_at", INSTANT),
          UniqueConstraint("recipient", "key", name="uq_notice_recipient"),
          Index("ix_notice_inbox", "recipient", "notice_id"),
          Index("ix_notice_unread", "recipient", "notice_id", postgresql_where=text("read_at IS NULL")))  # fmt: skip
    Table("notice_channels", metadata,
          Column("recipient", Text, primary_key=True),
          Column("webhook_url", Text, nullable=False),
          Column("secret", LargeBinary),
          Column("previous_secret", LargeBinary),
          Column("previous_until", INSTANT),
          Column("e_mail", Boolean, nullable=False),
          Column("version", Integer, nullable=False))  # fmt: skip
    # `position` is the order in which one recipient is told over one channel.
    Table("notice_delivery", metadata,
          Column("delivery_id", Uuid, primary_key=True),
          Column("position", BigInteger, Identity(always=True), nullable=False),
          Column("notice_id", Uuid, ForeignKey("notice.notice_id"), nullable=False),
          Column("recipient", Text, nullable=False),
          Column("channel", Text, nullable=False),
          Column("state", Text, nullable=False),
          Column("attempts", Integer, nullable=False),
          Column("asked_at", INSTANT, nullable=False),
          Column("due_at", INSTANT, nullable=False),
          Column("claimed_until", INSTANT),
          Column("settled_at", INSTANT),
          Column("last_error", Text, nullable=False),
          UniqueConstraint("notice_id", "channel", name="uq_notice_delivery_notice_id"),
          Index("ix_notice_delivery_due", "due_at", postgresql_where=text("state = 'pending'")),
          Index("ix_notice_delivery_order", "recipient", "channel", "position",
                postgresql_where=text("state = 'pending'")))  # fmt: skip


_TABLES = (
    """CREATE TABLE notice (
    notice_id uuid NOT NULL,
    recipient text NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    title_zh text NOT NULL,
    body_zh text NOT NULL,
    title_en text NOT NULL,
    body_en text NOT NULL,
    link text NOT NULL,
    created_at timestamptz NOT NULL,
    read_at timestamptz,
    CONSTRAINT pk_notice PRIMARY KEY (notice_id),
    CONSTRAINT uq_notice_recipient UNIQUE (recipient, key))""",
    "CREATE INDEX ix_notice_inbox ON notice (recipient, notice_id)",
    "CREATE INDEX ix_notice_unread ON notice (recipient, notice_id) WHERE read_at IS NULL",
    """CREATE TABLE notice_channels (
    recipient text NOT NULL,
    webhook_url text NOT NULL,
    secret bytea,
    previous_secret bytea,
    previous_until timestamptz,
    e_mail boolean NOT NULL,
    version integer NOT NULL,
    CONSTRAINT pk_notice_channels PRIMARY KEY (recipient))""",
    """CREATE TABLE notice_delivery (
    delivery_id uuid NOT NULL,
    position bigint GENERATED ALWAYS AS IDENTITY,
    notice_id uuid NOT NULL,
    recipient text NOT NULL,
    channel text NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    asked_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    claimed_until timestamptz,
    settled_at timestamptz,
    last_error text NOT NULL,
    CONSTRAINT pk_notice_delivery PRIMARY KEY (delivery_id),
    CONSTRAINT uq_notice_delivery_notice_id UNIQUE (notice_id, channel),
    CONSTRAINT fk_notice_delivery_notice_id_notice FOREIGN KEY (notice_id) REFERENCES notice (notice_id))""",
    "CREATE INDEX ix_notice_delivery_due ON notice_delivery (due_at) WHERE state = 'pending'",
    "CREATE INDEX ix_notice_delivery_order ON notice_delivery (recipient, channel, position) WHERE state = 'pending'",
)


def create_notices(op: Any) -> None:
    """For a revision of the service. A later change is a new function, which a later revision calls."""
    for statement in _TABLES:
        op.execute(statement)
