"""The catalog's tables, and how the domain's plain classes are mapped onto them."""

from services.catalog.tables.categories import category, category_version
from services.catalog.tables.images import abandoned_image, image, image_use
from services.catalog.tables.lexicons import lexicon, lexicon_version
from services.catalog.tables.listings import listing, listing_version
from services.catalog.tables.metadata import metadata
from services.catalog.tables.moves import move
from services.catalog.tables.offers import availability, maintenance, offer, rating
from services.catalog.tables.patrols import patrol, patrol_finding
from services.catalog.tables.replicas import provider_standing, restriction
from services.catalog.tables.reviews import review, sample
from services.catalog.tables.signatures import account_group, logo_signature, text_signature

__all__ = [
    "abandoned_image",
    "account_group",
    "availability",
    "category",
    "category_version",
    "image",
    "image_use",
    "lexicon",
    "lexicon_version",
    "listing",
    "listing_version",
    "logo_signature",
    "maintenance",
    "metadata",
    "move",
    "offer",
    "patrol",
    "patrol_finding",
    "provider_standing",
    "rating",
    "restriction",
    "review",
    "sample",
    "text_signature",
]
