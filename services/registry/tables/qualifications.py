"""Category qualifications."""

from sqlalchemy import Column, ForeignKey, Table, Text, Uuid

from services.registry.domain.qualification import Qualification
from services.registry.tables.metadata import mapper, metadata
from shared.db.tables import INSTANT

qualification = Table(
    "qualification",
    metadata,
    Column("provider_id", Uuid, ForeignKey("provider.provider_id"), primary_key=True),
    Column("category", Text, primary_key=True),
    Column("granted_at", INSTANT, nullable=False),
    Column("granted_by", Text, nullable=False),
    Column("expires_at", INSTANT),
)

mapper.map_imperatively(Qualification, qualification)
