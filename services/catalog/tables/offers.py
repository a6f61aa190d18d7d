"""What the storefront reads: one row for each listing on the market, and what others measure of it."""

from sqlalchemy import BigInteger, Boolean, Column, Computed, Double, Index, Integer, SmallInteger, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import TSTZMULTIRANGE, TSVECTOR

from services.catalog.tables.columns import named
from services.catalog.tables.metadata import metadata
from shared.contracts.catalog import ListingKind
from shared.db.replicas import replica_table
from shared.db.tables import INSTANT

# `hidden`, `unorderable` and `unrenewable` are all instants at which that effect is blocked. A rating of 0 stands for
# none, an availability of -1 for one that nobody measured: so both have a place in every order.
offer = Table(
    "offer",
    metadata,
    Column("listing_id", Uuid, primary_key=True),
    Column("provider_id", Uuid, nullable=False),
    Column("form", SmallInteger, nullable=False),
    Column("kind", named(ListingKind), nullable=False),
    Column("category", Text, nullable=False),
    Column("least_price_fen", BigInteger),
    Column("has_trial", Boolean, nullable=False),
    Column("first_published_at", INSTANT, nullable=False),
    Column("published_at", INSTANT, nullable=False),
    Column("rating", Double, nullable=False, server_default="0"),
    Column("rating_count", Integer, nullable=False, server_default="0"),
    Column("availability", Double, nullable=False, server_default="-1"),
    Column("hidden", TSTZMULTIRANGE, nullable=False),
    Column("unorderable", TSTZMULTIRANGE, nullable=False),
    Column("unrenewable", TSTZMULTIRANGE, nullable=False),
    Column("words", TSVECTOR, nullable=False),
    Column("name", Text, nullable=False),
    Column("provider_name", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("page", Text, nullable=False),
    Column("badge", Text),
    Column("maintenances", Text, nullable=False, server_default="[]"),
    # What waits in a pending list would be searched word by word by everybody.
    Index("ix_offer_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    Index("ix_offer_newest", "first_published_at", "listing_id"),
    Index("ix_offer_rating", "rating", "listing_id"),
    Index("ix_offer_availability", "availability", "listing_id"),
    Index("ix_offer_price", "least_price_fen"),
    Index("ix_offer_provider_id", "provider_id", "category"),
)

rating = replica_table("rating", metadata)
availability = replica_table("availability", metadata)
maintenance = replica_table(
    "maintenance",
    metadata,
    Column("listing_id", Text, Computed("(state ->> 'listing_id'::text)", persisted=True)),
    Index("ix_maintenance_listing_id", "listing_id"),
)
