"""What decides about a listing: its seller's standing and what enforcement holds against it."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from services.catalog import tables
from services.catalog.domain.effective import Circumstances
from services.catalog.domain.listing import Listing
from services.catalog.store.categories import category
from shared.contracts.effects import target_key
from shared.contracts.enforcement import RestrictionChanged
from shared.contracts.registry import ProviderStandingChanged
from shared.db.transaction import Transaction


async def seller_of_account(tx: Transaction, account_id: str) -> ProviderStandingChanged | None:
    state = await tx.session.scalar(
        select(tables.provider_standing.c.state)
        .where(tables.provider_standing.c.account_id == account_id)
        .order_by(tables.provider_standing.c.key)
        .limit(1)
    )
    return ProviderStandingChanged.model_validate(state) if state else None


async def sellers(tx: Transaction, provider_ids: Iterable[UUID]) -> dict[UUID, ProviderStandingChanged]:
    states = await tx.session.scalars(
        select(tables.provider_standing.c.state).where(
            tables.provider_standing.c.key.in_({str(provider_id) for provider_id in provider_ids})
        )
    )
    found = (ProviderStandingChanged.model_validate(state) for state in states)
    return {standing.provider_id: standing for standing in found}


async def restrictions(tx: Transaction, keys: Iterable[str]) -> dict[str, RestrictionChanged]:
    """What enforcement last told of these targets, by target key."""
    states = await tx.session.scalars(select(tables.restriction.c.state).where(tables.restriction.c.key.in_(set(keys))))
    found = (RestrictionChanged.model_validate(state) for state in states)
    return {restriction.target_key: restriction for restriction in found}


async def restriction_sequence(tx: Transaction, key: str) -> int:
    """Which state of the restriction on this target is known, 0 for none."""
    found = await tx.session.scalar(select(tables.restriction.c.sequence).where(tables.restriction.c.key == key))
    return found or 0


def restriction_keys(listing_id: UUID, provider_id: UUID, category: str) -> tuple[str, str, str]:
    """The targets whose restrictions hit a listing, from the narrowest to the widest."""
    return (
        target_key("listing", listing_id),
        target_key("provider_category", provider_id, category),
        target_key("provider", provider_id),
    )


async def circumstances(tx: Transaction, listing: Listing, category_code: str) -> Circumstances:
    keys = restriction_keys(listing.listing_id, listing.provider_id, category_code)
    held = await restrictions(tx, keys)
    place = await category(tx, category_code)
    return Circumstances(
        listing.lifecycle,
        category_code,
        place is not None and place.requires_qualification,
        (await sellers(tx, [listing.provider_id])).get(listing.provider_id),
        tuple(held[key] for key in keys if key in held),
    )
