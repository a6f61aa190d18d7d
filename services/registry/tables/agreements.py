"""Agreements in versions, and who signed them."""

from sqlalchemy import Column, ForeignKey, Table, Text, Uuid

from services.registry.domain.agreement import Agreement, AgreementKind, Signature
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
)

mapper.map_imperatively(Agreement, agreement)
mapper.map_imperatively(Signature, signature)
