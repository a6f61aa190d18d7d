"""The catalog's HTTP interface: for providers, for reviewers, and for the storefront."""

from fastapi import APIRouter

from services.catalog.routes import (
    categories,
    images,
    lexicons,
    listings,
    market,
    moves,
    notices,
    patrols,
    review_statistics,
    reviews,
    samples,
    screenings,
)

router = APIRouter(prefix="/v1", tags=["catalog"])
# Routes are tried in this order, so those that everybody asks for come first.
for part in (
    market.storefront,
    categories.router,
    images.router,
    listings.router,
    moves.router,
    reviews.router,
    samples.router,
    screenings.router,
    review_statistics.router,
    market.router,
    notices.router,
    lexicons.router,
    patrols.router,
):
    router.include_router(part)
