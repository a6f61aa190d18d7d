"""Who is the same provider (6.5.11): traits, proposed and decided pairs, groups and who was in them when.

Traits are kept as blind indexes and never in the clear. Pairs and memberships name providers without a foreign key:
one change touches many providers, whose rows other transactions hold while they wait for the lock of the links.
"""

from sqlalchemy import CheckConstraint, Column, Float, ForeignKey, Index, Integer, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.registry.domain.proposal import Link, LinkStatus
from services.registry.domain.trait import TraitKind
from services.registry.tables.metadata import mapper, metadata, named
from shared.db.tables import INSTANT

trait = Table(
    "trait",
    metadata,
    Column("provider_id", Uuid, ForeignKey("provider.provider_id"), primary_key=True),
    Column("kind", named(TraitKind), primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Index("ix_trait_digest", "kind", "digest", "provider_id"),
)

# One row for each pair of accounts that anything was ever said about; `first_id` is the smaller id.
link = Table(
    "link",
    metadata,
    Column("link_id", Uuid, primary_key=True),
    Column("first_id", Uuid, nullable=False),
    Column("second_id", Uuid, nullable=False),
    Column("status", named(LinkStatus), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("evidence", JSONB, nullable=False),
    Column("grounds", ARRAY(Text), nullable=False),
    Column("judged", ARRAY(Text), nullable=False),
    Column("basis", Text, nullable=False),
    Column("proposed_at", INSTANT, nullable=False),
    Column("decided_at", INSTANT),
    Column("decided_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint("first_id < second_id", name="ordered"),
    Index("uq_link_pair", "first_id", "second_id", unique=True),
    Index("ix_link_second_id", "second_id"),
    Index("ix_link_confidence", "status", text("confidence DESC"), "link_id"),
    Index("ix_link_age", "status", "proposed_at", "link_id"),
)

account_group = Table(
    "account_group",
    metadata,
    Column("group_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("founded_at", INSTANT, nullable=False),
    Column("changed_at", INSTANT, nullable=False),
    Column("merged_into", Uuid),
)

# Never deleted: whom a penalty hit stays known when the group changes later.
membership = Table(
    "membership",
    metadata,
    Column("group_id", Uuid, ForeignKey("account_group.group_id"), primary_key=True),
    Column("provider_id", Uuid, primary_key=True),
    Column("since", INSTANT, primary_key=True),
    Column("until", INSTANT),
    Column("basis", Text, nullable=False),
    Column("ended_by", Text, nullable=False),
    Index("uq_membership_current", "provider_id", unique=True, postgresql_where=text("until IS NULL")),
    Index("ix_membership_provider_id", "provider_id", "since"),
)

mapper.map_imperatively(Link, link)
