"""What a provider can do with its listings. Each verb is one transaction, which its caller commits."""

from uuid import UUID

from services.catalog import store
from services.catalog.domain.content import Content
from services.catalog.domain.effective import effective, is_correction, open_penalties
from services.catalog.domain.errors import (
    AccountBlocked,
    ProviderUnknown,
    TooManyApplications,
)
from services.catalog.domain.listing import APPLICATION_LIMIT, Listing
from services.catalog.domain.review import USUAL_TERMS, Terms
from services.catalog.domain.screening.subject import Reach
from services.catalog.domain.version import WAITING, ListingVersion
from services.catalog.use_cases.images import use_images
from services.catalog.use_cases.moves import end_move
from services.catalog.use_cases.offers import restate_offer
from services.catalog.use_cases.publishing import refuse_blocked_publishing, told_cause
from services.catalog.use_cases.reviews import open_review, void_review
from services.catalog.use_cases.screening import screen_version
from services.catalog.use_cases.signatures import keep_signature
from services.catalog.use_cases.similar import hold_house
from shared.contracts.catalog import ListingKind
from shared.contracts.effects import Effect, target_key
from shared.db.transaction import Transaction
from shared.errors import Invalid, StaleVersion
from shared.ids import new_id

Written = tuple[Listing, ListingVersion]


async def create_listing(
    tx: Transaction, account_id: str, kind: ListingKind, content: Content, removed_markup: tuple[str, ...] = ()
) -> Written:
    """A first draft. At most five applications of one account are not retired, however many come at once (4.3.5)."""
    await store.lock_account(tx, account_id)
    seller = await store.seller_of_account(tx, account_id)
    if seller is None:
        raise ProviderUnknown("Apply as a provider in the registry first")
    await _refuse_misplaced(tx, content.category)
    if kind is ListingKind.APPLICATION and await store.applications_of(tx, account_id) >= APPLICATION_LIMIT:
        raise TooManyApplications(
            f"An account has at most {APPLICATION_LIMIT} applications", clause="4.3.5", limit=APPLICATION_LIMIT
        )
    listing = Listing(new_id(), seller.provider_id, account_id, kind, created_at=tx.now)
    draft = ListingVersion(listing.listing_id, listing.newest_number, content, created_at=tx.now)
    await _refuse_blocked_account(tx, listing, content.category)
    await screen_version(tx, listing, draft, removed_markup)
    tx.session.add(listing)
    await tx.session.flush()
    tx.session.add(draft)
    await use_images(tx, account_id, draft)
    tx.record("create_listing", _target(listing), new={"kind": kind, "number": draft.number, "name": content.name})
    return listing, draft


async def write_draft(
    tx: Transaction,
    listing_id: UUID,
    account_id: str,
    version: int,
    kind: ListingKind,
    content: Content,
    removed_markup: tuple[str, ...] = (),
) -> Written:
    """Changes the open draft, or begins the successor of a decided version."""
    listing = await store.lock_listing(tx, listing_id, only_of=account_id, version=version)
    await _refuse_misplaced(tx, content.category, listing.category)
    await _refuse_blocked_account(tx, listing, content.category)
    newest = await store.newest_version(tx, listing)
    old = newest.content
    draft = listing.write(newest, kind, content, tx.now)
    await screen_version(tx, listing, draft, removed_markup)
    tx.session.add(draft)
    await use_images(tx, account_id, draft)
    changed = [name for name in Content.__slots__ if getattr(old, name) != getattr(content, name)]
    tx.record("write_draft", _target(listing), new={"number": draft.number, "changed": changed})
    return listing, draft


async def submit_listing(
    tx: Transaction, listing_id: UUID, account_id: str, terms: Terms = USUAL_TERMS, callback: Reach | None = None
) -> Written:
    """The draft goes to the reviewers, unless the provider may not publish or the screening forbids it.

    `callback` is what a look at its callback address gave, made before anything is locked.
    """
    listing = await store.lock_listing(tx, listing_id, only_of=account_id)
    draft = await store.newest_version(tx, listing)
    if draft.state in WAITING:
        return listing, draft
    await _refuse_misplaced(tx, draft.content.category, listing.category)
    if callback is not None and callback.url != draft.content.callback_url:
        raise StaleVersion("The draft was changed while its callback address was looked at; submit again")
    await _refuse_blocked_account(tx, listing, draft.content.category)
    await hold_house(tx, listing)
    await screen_version(tx, listing, draft, callback=callback)
    around = await store.circumstances(tx, listing, draft.content.category)
    sequence = await store.restriction_sequence(tx, target_key("listing", listing_id))
    # What the writer can mend is said first, then what only time or the platform can; a refusal takes both back.
    tx.emit(*listing.submit(draft, draft.findings, tx.now, open_penalties(around, tx.now), sequence))
    refuse_blocked_publishing(tx, around)
    await keep_signature(tx, listing, draft)
    await open_review(tx, listing, draft, await store.live_version(tx, listing), draft.findings, terms)
    tx.record(
        "submit_listing",
        _target(listing),
        old={"state": "draft"},
        new={"state": draft.state, "number": draft.number, "findings": len(draft.findings)},
    )
    return listing, draft


async def retire_listing(tx: Transaction, listing_id: UUID, account_id: str, version: int, reason: str) -> Written:
    """The provider ends the listing: nothing more is sold, and it no longer counts for the limit."""
    listing = await store.lock_listing(tx, listing_id, only_of=account_id, version=version)
    old = listing.lifecycle
    tx.emit(*listing.retire(await store.live_version(tx, listing)))
    await restate_offer(tx, listing, None)
    await void_review(tx, listing, reason)
    await end_move(tx, listing, account_id, reason)
    tx.record(
        "retire_listing", _target(listing), old={"lifecycle": old}, new={"lifecycle": listing.lifecycle}, reason=reason
    )
    return listing, await store.newest_version(tx, listing)


async def _refuse_blocked_account(tx: Transaction, listing: Listing, category: str) -> None:
    around = await store.circumstances(tx, listing, category)
    causes = effective(around, tx.now)[Effect.ACCOUNT]
    if causes and not is_correction(around, tx.now):
        raise AccountBlocked(
            "A restriction limits the functions of this account",
            effect=Effect.ACCOUNT,
            clause=causes[0].clause,
            causes=[told_cause(cause) for cause in causes],
        )


async def _refuse_misplaced(tx: Transaction, code: str, approved: str = "") -> None:
    """A category that was closed keeps the listings that were approved in it, and lets them be corrected."""
    place = await store.category(tx, code)
    if place is None or (not place.takes_listings and code != approved):
        why = "is no category" if place is None else "takes no listings; choose a category that does"
        raise Invalid(f"{code!r} {why}", errors=[{"pointer": "/category", "in": "body", "message": f"{code!r} {why}"}])


def _target(listing: Listing) -> str:
    return f"listing:{listing.listing_id}"
