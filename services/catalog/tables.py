"""The catalog's tables, and how the domain's plain classes are mapped onto them."""

from dataclasses import asdict
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Column, Computed, Dialect, Enum, ForeignKey, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import composite, registry
from sqlalchemy.types import TypeDecorator

from services.catalog.domain.category import Category
from services.catalog.domain.content import Content
from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.listing import Listing, ListingVersion, VersionState
from services.catalog.domain.screening.finding import Finding, Severity
from shared.contracts.catalog import ListingKind, Plan
from shared.db.engine import new_metadata
from shared.db.replicas import replica_table
from shared.db.tables import INSTANT, add_plumbing

metadata = new_metadata()
add_plumbing(metadata)
_mapper = registry(metadata=metadata)


def _named(kind: type[StrEnum]) -> Enum:
    return Enum(kind, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members])


class _Plans(TypeDecorator[tuple[Plan, ...]]):
    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: tuple[Plan, ...] | None, dialect: Dialect) -> Any:
        return [plan.model_dump(mode="json") for plan in value or ()]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Plan, ...]:
        return tuple(Plan.model_validate(plan) for plan in value or ())


class _Findings(TypeDecorator[tuple[Finding, ...]]):
    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: tuple[Finding, ...] | None, dialect: Dialect) -> Any:
        return [asdict(finding) for finding in value or ()]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Finding, ...]:
        return tuple(Finding(**{**finding, "severity": Severity(finding["severity"])}) for finding in value or ())


class _Clauses(TypeDecorator[tuple[str, ...]]):
    impl = ARRAY(Text)
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> Any:
        return list(value or ())

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...]:
        return tuple(value or ())


category = Table(
    "category",
    metadata,
    Column("code", Text, primary_key=True),
    Column("parent", Text, nullable=False),
    Column("title_zh", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("core_functions", Text, nullable=False),
    Column("requires_qualification", Boolean, nullable=False),
    Column("special", Boolean, nullable=False),
    Column("takes_listings", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
)

listing = Table(
    "listing",
    metadata,
    Column("listing_id", Uuid, primary_key=True),
    Column("provider_id", Uuid, nullable=False, index=True),
    Column("account_id", Text, nullable=False),
    Column("kind", _named(ListingKind), nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("category", Text, nullable=False),
    Column("lifecycle", _named(Lifecycle), nullable=False),
    Column("newest_number", Integer, nullable=False),
    Column("live_number", Integer, nullable=False),
    Column("first_published_at", INSTANT),
    Column("published_at", INSTANT),
    Column("version", Integer, nullable=False),
    Index("ix_listing_own", "account_id", "listing_id"),
    Index("ix_listing_market", "first_published_at", "listing_id", postgresql_where=text("lifecycle = 'live'")),
)

_SEARCHED = "to_tsvector('simple'::regconfig, ((((name || ' '::text) || summary) || ' '::text) || details))"
listing_version = Table(
    "listing_version",
    metadata,
    Column("listing_id", Uuid, ForeignKey("listing.listing_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("created_at", INSTANT, nullable=False),
    Column("category", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("callback_url", Text, nullable=False),
    Column("support_url", Text, nullable=False),
    Column("plans", _Plans, nullable=False),
    Column("state", _named(VersionState), nullable=False),
    Column("findings", _Findings, nullable=False),
    Column("submitted_at", INSTANT),
    Column("reviewer", Text, nullable=False),
    Column("claimed_until", INSTANT),
    Column("decided_at", INSTANT),
    Column("reason", Text, nullable=False),
    Column("clauses", _Clauses, nullable=False),
    Column("search", TSVECTOR, Computed(_SEARCHED, persisted=True)),
    Index("ix_listing_version_search", "search", postgresql_using="gin"),
    Index(
        "ix_listing_version_queue",
        "submitted_at",
        "listing_id",
        postgresql_where=text("state IN ('submitted', 'in_review')"),
    ),
)

# Enforcement's restrictions on any target, and the registry's standing of every provider, as they last told them.
restriction = replica_table("restriction", metadata)
provider_standing = replica_table(
    "provider_standing",
    metadata,
    Column("account_id", Text, Computed("(state ->> 'account_id'::text)", persisted=True)),
    Index("ix_provider_standing_account_id", "account_id"),
)

_mapper.map_imperatively(Category, category)
_mapper.map_imperatively(Listing, listing)
_content = [listing_version.c[name] for name in Content.__slots__]
_mapper.map_imperatively(
    ListingVersion,
    listing_version,
    properties={"content": composite(Content, *_content)},
    exclude_properties=["search"],
)
