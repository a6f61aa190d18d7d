"""Providers, whom they name, and what was told of them last."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import composite

from services.registry.domain.person import Person, PersonRole
from services.registry.domain.provider import Profile, Provider
from services.registry.tables.metadata import mapper, metadata, named
from shared.contracts.registry import Standing
from shared.db.tables import INSTANT

provider = Table(
    "provider",
    metadata,
    Column("provider_id", Uuid, primary_key=True),
    Column("account_id", Text, nullable=False, unique=True),
    Column("unified_social_credit_code", Text, nullable=False, index=True),
    Column("legal_name", Text, nullable=False),
    Column("registered_address", Text, nullable=False),
    Column("website", Text, nullable=False),
    Column("standing", named(Standing), nullable=False),
    Column("applied_at", INSTANT, nullable=False),
    Column("admitted_at", INSTANT),
    Column("version", Integer, nullable=False),
    Index("ix_provider_queue", "standing", "applied_at", "provider_id"),
)

# What a provider says of persons is in `sealed` and nowhere else; `stated` names the fields that it holds.
person = Table(
    "person",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("provider_id", Uuid, ForeignKey("provider.provider_id"), nullable=False),
    Column("role", named(PersonRole), nullable=False),
    Column("sealed", LargeBinary),
    Column("stated", JSONB, nullable=False),
    UniqueConstraint("provider_id", "role"),
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
        "profile": composite(Profile, provider.c.legal_name, provider.c.registered_address, provider.c.website)
    },
)
mapper.map_imperatively(Person, person)
