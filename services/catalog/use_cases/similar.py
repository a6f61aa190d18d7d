"""Finds the listings whose text or logo is like that of a draft (4.3.6, 6.1.3(6), 6.5.10, 6.2.1(1))."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from services.catalog import store
from services.catalog.domain import looks as logo
from services.catalog.domain.listing import Listing
from services.catalog.domain.screening.finding import Related, Relation
from services.catalog.domain.shingles import letters_of
from services.catalog.domain.similarity import ALIKE, compare, sign
from services.catalog.store.signatures import Near, Seeker
from shared.db.transaction import Transaction

if TYPE_CHECKING:
    from services.catalog.use_cases.screening import Draft


async def similar_texts(tx: Transaction, draft: "Draft") -> tuple[Related, ...]:
    """The most similar first. Neither the listing itself counts nor its earlier versions."""
    signature = sign(letters_of(draft.content))
    if signature is None:
        return ()
    own, house = await _house(tx, draft)
    near = await store.near_texts(tx, signature, Seeker(draft.listing_id, house))
    others = [(None if found.provider_id in house else found.provider_id, windows) for found, windows in near]
    alike = compare(signature.windows, others)
    return _related(own, house, ((found, value) for (found, _), value in zip(near, alike, strict=True)), ALIKE)


async def similar_logos(tx: Transaction, draft: "Draft") -> tuple[Related, ...]:
    """The most similar first. A logo in which there is nothing to see is like no other."""
    looks = await store.looks_of(tx, draft.content.logo) if draft.content.logo else None
    if looks is None:
        return ()
    own, house = await _house(tx, draft)
    near = await store.near_logos(tx, looks, Seeker(draft.listing_id, house))
    return _related(own, house, ((found, logo.likeness(looks, its)) for found, its in near), 0.0)


async def hold_house(tx: Transaction, listing: Listing) -> None:
    """Until the transaction ends, no other account of the same provider submits: of two like submissions at the same
    moment the second is compared with the first."""
    await store.lock_house(tx, {listing.provider_id, *await store.linked_providers(tx, listing.provider_id)})


async def _house(tx: Transaction, draft: "Draft") -> tuple[UUID | None, set[UUID]]:
    """The account's provider, if it is known, and all that are the same one."""
    own = draft.provider_id
    if own is None:
        seller = await store.seller_of_account(tx, draft.account_id)
        own = seller.provider_id if seller else None
    return own, {own, *await store.linked_providers(tx, own)} if own else set()


def _related(
    own: UUID | None, house: set[UUID], found: Iterable[tuple[Near, float]], least: float
) -> tuple[Related, ...]:
    def relation(near: Near) -> Relation:
        if near.provider_id == own:
            return Relation.OWN
        return Relation.LINKED if near.provider_id in house else Relation.OTHER

    related = [
        Related(near.listing_id, near.name, relation(near), round(value, 3), near.first_published_at, near.ended)
        for near, value in found
        if value >= least
    ]
    return tuple(sorted(related, key=lambda item: -item.similarity))
