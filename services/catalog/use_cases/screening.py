"""Screens a content: gathers what only IO can tell, then lets the pure detectors look."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.catalog import store
from services.catalog.domain.content import Content
from services.catalog.domain.listing import Listing
from services.catalog.domain.screening import screen
from services.catalog.domain.screening.finding import Finding
from services.catalog.domain.screening.subject import Observations, Reach, Subject
from services.catalog.domain.version import ListingVersion
from services.catalog.use_cases import similar
from shared.contracts.catalog import ListingKind
from shared.db.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Draft:
    """What is screened, and whose it is. `listing_id` is None for a dry run of something that is not kept."""

    content: Content
    kind: ListingKind
    account_id: str
    provider_id: UUID | None = None
    listing_id: UUID | None = None
    removed_markup: tuple[str, ...] = ()
    callback: Reach | None = None


@dataclass(frozen=True, slots=True)
class Screened:
    """`rules_digest` names the words and detectors that were used, `category_number` the category's version."""

    findings: tuple[Finding, ...]
    rules_digest: str
    category_number: int


async def screen_draft(tx: Transaction, draft: Draft) -> Screened:
    """Reads, and writes nothing."""
    current = await store.current_rules(tx)
    known = await store.categories(tx)
    places = [place for place in known if place.takes_listings]
    place = next((place for place in known if place.code == draft.content.category), None)
    seen = await _observe(tx, draft)
    findings = screen(Subject(draft.content, draft.kind, place, places, seen), current)
    return Screened(findings, current.digest, place.number if place else 0)


async def try_draft(tx: Transaction, draft: Draft) -> Screened:
    """What the screening would say of something that is not kept, or of a change of one's own listing."""
    seller = await store.seller_of_account(tx, draft.account_id)
    if draft.listing_id is not None:
        await store.own_listing(tx, draft.listing_id, draft.account_id)
    return await screen_draft(tx, replace(draft, provider_id=seller.provider_id if seller else None))


async def screen_version(
    tx: Transaction,
    listing: Listing,
    version: ListingVersion,
    removed_markup: tuple[str, ...] = (),
    callback: Reach | None = None,
) -> None:
    """The version keeps what is found in it, and by which words and which definition of its category."""
    account, provider = listing.account_id, listing.provider_id
    draft = Draft(version.content, listing.kind, account, provider, listing.listing_id, removed_markup, callback)
    screened = await screen_draft(tx, draft)
    version.findings, version.rules_digest = screened.findings, screened.rules_digest
    version.category_number = screened.category_number


async def _observe(tx: Transaction, draft: Draft) -> Observations:
    return Observations(
        images=await store.images(tx, {address for _, address in draft.content.images()}),
        similar_texts=await similar.similar_texts(tx, draft),
        similar_logos=await similar.similar_logos(tx, draft),
        removed_markup=draft.removed_markup,
        callback=draft.callback,
        first_published_at=await store.first_published(tx, draft.listing_id) if draft.listing_id else None,
    )
