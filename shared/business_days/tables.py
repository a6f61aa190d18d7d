"""The State Council's calendar as rows, and the same as a migration."""

from typing import Any

from sqlalchemy import Boolean, Column, Date, Integer, MetaData, Table, Text


def add_calendar(metadata: MetaData) -> None:
    """Adds the tables to a service's metadata: the years that are published, and their days off the weekday rule."""
    Table("calendar_year", metadata,
          Column("year", Integer, primary_key=True, autoincrement=False))  # fmt: skip
    Table("calendar_day", metadata,
          Column("day", Date, primary_key=True),
          Column("is_working", Boolean, nullable=False),
          Column("name", Text, nullable=False))  # fmt: skip


_TABLES = (
    "CREATE TABLE calendar_year (year integer NOT NULL, CONSTRAINT pk_calendar_year PRIMARY KEY (year))",
    """CREATE TABLE calendar_day (
    day date NOT NULL,
    is_working boolean NOT NULL,
    name text NOT NULL,
    CONSTRAINT pk_calendar_day PRIMARY KEY (day))""",
)


def create_calendar(op: Any) -> None:
    """For a revision of the service. A later change is a new function, which a later revision calls."""
    for statement in _TABLES:
        op.execute(statement)
