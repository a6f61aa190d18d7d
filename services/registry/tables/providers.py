"""Providers, and what was told of them last."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import composite

from services.registry.domain.provider import Profile, Provider
from services.registry.tables.metadata import mapper, metadata, named
from shared.contracts.registry import Standing
from shared.db.tables import INSTANT

# The representative's name and the contacts are kept here and nowhere else.
provider = Table(
    "provider",
    metadata,
    Column("provider_id", Uuid, primary_key=True),
    Column("account_id", Text, nullable=False, unique=True),
    Column("unified_social_credit_code", Text, nullable=False, index=True),
    Column("legal_name", Text, nullable=False),
    Column("legal_representative", Text, nullable=False),
    Column("contact_email", Text, nullable=False),
    Column("contact_phone", Text, nullable=False),
    Column("website", Text, nullable=False),
    Column("standing", named(Standing), nullable=False),
    Column("applied_at", INSTANT, nullable=False),
    Column("verified_at", INSTANT),
    Column("verified_by", Text, nullable=False),
    Column("admitted_at", INSTANT),
    Column("version", Integer, nullable=False),
    Index("ix_provider_queue", "standing", "applied_at", "provider_id"),
)


# The last `provider.standing_changed` of each provider: the next is said only when it differs.
told_standing = Table(
    "told_standing",
    metadata,
    Column("provider_id", Uuid, ForeignKey("provider.provider_id"), primary_key=True),
    Column("state", JSONB, nullable=False),
)

mapper.map_imperatively(
    Provider,
    provider,
    properties={
        "profile": composite(
            Profile,
            provider.c.legal_name,
            provider.c.legal_representative,
            provider.c.contact_email,
            provider.c.contact_phone,
            provider.c.website,
        )
    },
)
