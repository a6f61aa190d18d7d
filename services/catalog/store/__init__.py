"""How the catalog's aggregates are found, locked and kept."""

from services.catalog.store.categories import categories, category, keep_category, lock_seed
from services.catalog.store.circumstances import (
    circumstances,
    restriction_keys,
    restrictions,
    seller_of_account,
    sellers,
)
from services.catalog.store.listings import (
    applications_of,
    live_version,
    lock_account,
    lock_listing,
    lock_published_after,
    newest_version,
    version_of,
)

__all__ = [
    "applications_of",
    "categories",
    "category",
    "circumstances",
    "keep_category",
    "live_version",
    "lock_account",
    "lock_listing",
    "lock_published_after",
    "lock_seed",
    "newest_version",
    "restriction_keys",
    "restrictions",
    "seller_of_account",
    "sellers",
    "version_of",
]
