"""Lexicons, and what each of their versions changed."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.catalog.tables.metadata import metadata
from shared.db.tables import INSTANT

lexicon = Table(
    "lexicon",
    metadata,
    Column("code", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("title", JSONB, nullable=False),
    Column("clause", Text, nullable=False),
    Column("why", JSONB, nullable=False),
    Column("advice", JSONB, nullable=False),
    Column("entries", JSONB, nullable=False),
    Column("judged_by", Text, nullable=False),
    Column("deniable", Boolean, nullable=False),
    Column("digest", Text, nullable=False),
)

lexicon_version = Table(
    "lexicon_version",
    metadata,
    Column("code", Text, ForeignKey("lexicon.code"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", INSTANT, nullable=False),
    Column("reason", Text, nullable=False),
    Column("added", JSONB, nullable=False),
    Column("removed", JSONB, nullable=False),
)
