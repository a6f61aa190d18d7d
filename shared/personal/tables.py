"""The keys of persons, each wrapped by a key of the settings, and the same as a migration."""

from typing import Any

from sqlalchemy import Column, DateTime, Index, LargeBinary, MetaData, Table, Text, Uuid, text

INSTANT = DateTime(timezone=True)


def add_personal_data(metadata: MetaData) -> None:
    """Adds the table to a service's metadata. A row without `wrapped` is a key that was destroyed."""
    Table("person_key", metadata,
          Column("person_id", Uuid, primary_key=True),
          Column("key_id", Text, nullable=False),
          Column("wrapped", LargeBinary),
          Column("created_at", INSTANT, nullable=False),
          Column("destroyed_at", INSTANT),
          Index("ix_person_key_key_id", "key_id", postgresql_where=text("wrapped IS NOT NULL")))  # fmt: skip


def create_personal_data(op: Any) -> None:
    """For a revision of the service. A later change is a new function, which a later revision calls."""
    op.execute(
        """CREATE TABLE person_key (
        person_id uuid NOT NULL,
        key_id text NOT NULL,
        wrapped bytea,
        created_at timestamptz NOT NULL,
        destroyed_at timestamptz,
        CONSTRAINT pk_person_key PRIMARY KEY (person_id))"""
    )
    op.execute("CREATE INDEX ix_person_key_key_id ON person_key (key_id) WHERE wrapped IS NOT NULL")
