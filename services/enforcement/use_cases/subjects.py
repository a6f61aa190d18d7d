"""Whom an act is about, as far as this service knows them."""

from uuid import UUID

from services.enforcement import store
from services.enforcement.domain.rulebook import Scope
from services.enforcement.domain.subject import Subject
from shared.db.transaction import Transaction
from shared.errors import Invalid, NotFound


async def about(tx: Transaction, scope: Scope, listing_id: UUID | None, provider_id: UUID | None) -> Subject:
    """A listing of its provider, or the provider; what this service never heard of is not found."""
    if scope is Scope.LISTING:
        if listing_id is None:
            raise wrong("/listing_id", "This act is about a listing; say which")
        listing = await store.known_listing(tx, listing_id)
        if listing is None:
            raise NotFound("There is no such listing")
        if provider_id not in (None, listing.provider_id):
            raise wrong("/provider_id", "The listing belongs to another provider")
        return Subject(listing.provider_id, listing.listing_id, listing.category)
    if provider_id is None:
        raise wrong("/provider_id", "This act is about a provider; say which")
    if listing_id is not None:
        raise wrong("/listing_id", "This act is about a provider, not one of its listings")
    if await store.known_provider(tx, provider_id) is None:
        raise NotFound("There is no such provider")
    return Subject(provider_id)


def wrong(pointer: str, message: str) -> Invalid:
    return Invalid(message, errors=[{"pointer": pointer, "message": message}])
