"""The registry's tables, and how the domain's plain classes are mapped onto them."""

from enum import StrEnum

from sqlalchemy import BigInteger, Column, Enum, ForeignKey, Index, Integer, Table, Text, Uuid
from sqlalchemy.orm import composite, registry

from services.registry.domain.agreement import Agreement, AgreementKind, Signature
from services.registry.domain.provider import Profile, Provider
from services.registry.domain.qualification import Qualification
from shared.contracts.registry import Standing
from shared.db.engine import new_metadata
from shared.db.replicas import replica_table
from shared.db.tables import INSTANT, add_plumbing

metadata = new_metadata()
add_plumbing(metadata)
_mapper = registry(metadata=metadata)


def _named(kind: type[StrEnum]) -> Enum:
    return Enum(kind, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members])


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
    Column("standing", _named(Standing), nullable=False),
    Column("applied_at", INSTANT, nullable=False),
    Column("verified_at", INSTANT),
    Column("verified_by", Text, nullable=False),
    Column("admitted_at", INSTANT),
    Column("version", Integer, nullable=False),
    Index("ix_provider_queue", "standing", "applied_at", "provider_id"),
)

agreement = Table(
    "agreement",
    metadata,
    Column("agreement", _named(AgreementKind), primary_key=True),
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
    Column("agreement", _named(AgreementKind), primary_key=True),
    Column("version", Text, primary_key=True),
    Column("text_hash", Text, nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("signed_at", INSTANT, nullable=False),
)

qualification = Table(
    "qualification",
    metadata,
    Column("provider_id", Uuid, ForeignKey("provider.provider_id"), primary_key=True),
    Column("category", Text, primary_key=True),
    Column("granted_at", INSTANT, nullable=False),
    Column("granted_by", Text, nullable=False),
    Column("expires_at", INSTANT),
)

# Enforcement's restrictions on providers, as it last told them.
restriction = replica_table("restriction", metadata)

# The seals of enforcement's audit trail, kept out of enforcement's reach: a contradiction stays visible.
audit_anchor = Table(
    "audit_anchor",
    metadata,
    Column("service", Text, primary_key=True),
    Column("count", BigInteger, primary_key=True, autoincrement=False),
    Column("head_hash", Text, primary_key=True),
    Column("sealed_at", INSTANT, nullable=False),
)

_mapper.map_imperatively(
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
_mapper.map_imperatively(Agreement, agreement)
_mapper.map_imperatively(Signature, signature)
_mapper.map_imperatively(Qualification, qualification)
