"""The catalog's tables, and how the domain's plain classes are mapped onto them."""

from services.catalog.tables.categories import category
from services.catalog.tables.listings import listing, listing_version
from services.catalog.tables.metadata import metadata
from services.catalog.tables.replicas import provider_standing, restriction

__all__ = ["category", "listing", "listing_version", "metadata", "provider_standing", "restriction"]
