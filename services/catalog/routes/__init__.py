"""The catalog's HTTP interface: for providers, for reviewers, and for the storefront."""

from fastapi import APIRouter

from services.catalog.routes import categories, images, listings, market, notices, reviews

router = APIRouter(prefix="/v1", tags=["catalog"])
for part in (categories.router, images.router, listings.router, reviews.router, market.router, notices.router):
    router.include_router(part)
