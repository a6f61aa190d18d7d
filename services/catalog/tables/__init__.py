"""The catalog's tables, and how the domain's plain classes are mapped onto them."""

from services.catalog.tables.categories import category, category_version
from services.catalog.tables.images import abandoned_image, image, image_use
from services.catalog.tables.listings import listing, listing_version
from services.catalog.tables.metadata import metadata
from services.catalog.tables.offers import availability, maintenance, offer, rating
from services.catalog.tables.replicas import provider_standing, restriction
from services.catalog.tables.reviews import review, sample

__all__ = [
    "abandoned_image",
    "availability",
    "category",
    "category_version",
    "image",
    "image_use",
    "listing",
    "listing_version",
    "maintenance",
    "metadata",
    "offer",
    "provider_standing",
    "rating",
    "restriction",
    "review",
    "sample",
]
