"""Listings, and every version of their content."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.orm import composite

from services.catalog.domain.content import Content
from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.listing import Listing
from services.catalog.domain.version import ListingVersion, VersionState
from services.catalog.tables.columns import Findings, Ids, Plans, Texts, named
from services.catalog.tables.metadata import mapper, metadata
from shared.contracts.catalog import ListingKind
from shared.db.tables import INSTANT

listing = Table(
    "listing",
    metadata,
    Column("listing_id", Uuid, primary_key=True),
    Column("provider_id", Uuid, nullable=False, index=True),
    Column("account_id", Text, nullable=False),
    Column("kind", named(ListingKind), nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("category", Text, nullable=False),
    Column("lifecycle", named(Lifecycle), nullable=False),
    Column("newest_number", Integer, nullable=False),
    Column("live_number", Integer, nullable=False),
    Column("first_published_at", INSTANT),
    Column("published_at", INSTANT),
    Column("version", Integer, nullable=False),
    Column("delisted_at", INSTANT),
    Column("settle_at", INSTANT),
    Index("ix_listing_due", "settle_at", postgresql_where=text("settle_at IS NOT NULL")),
    Index("ix_listing_own", "account_id", "listing_id"),
)

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
    Column("plans", Plans, nullable=False),
    Column("logo", Text, nullable=False, server_default=""),
    Column("screenshots", Texts, nullable=False, server_default="{}"),
    Column("help_url", Text, nullable=False, server_default=""),
    Column("functions", Texts, nullable=False, server_default="{}"),
    Column("scopes", Texts, nullable=False, server_default="{}"),
    Column("state", named(VersionState), nullable=False),
    Column("findings", Findings, nullable=False),
    Column("submitted_at", INSTANT),
    Column("decided_at", INSTANT),
    Column("reason", Text, nullable=False),
    Column("clauses", Texts, nullable=False),
    Column("category_number", Integer, nullable=False, server_default="0"),
    Column("rules_digest", Text, nullable=False, server_default=""),
    Column("answers", Ids, nullable=False, server_default="{}"),
    Column("restriction_sequence", BigInteger, nullable=False, server_default="0"),
    Column("went_live_at", INSTANT),
    Index("ix_listing_version_approved", "listing_id", postgresql_where=text("state = 'approved'")),
)

mapper.map_imperatively(Listing, listing)
_content = [listing_version.c[name] for name in Content.__slots__]
mapper.map_imperatively(
    ListingVersion,
    listing_version,
    properties={"content": composite(Content, *_content)},
)
