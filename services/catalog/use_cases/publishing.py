"""What a verdict makes of a version, and which approved version is live under what blocks publishing now."""

from collections.abc import Collection
from datetime import datetime

from services.catalog import store
from services.catalog.domain.effective import Because, Circumstances, Lifecycle, effective, is_correction
from services.catalog.domain.errors import PublishBlocked
from services.catalog.domain.listing import Listing
from services.catalog.domain.publication import freeze_of, settle
from services.catalog.domain.version import ListingVersion, Verdict
from services.catalog.use_cases.offers import restate_offer
from services.catalog.use_cases.patrol import catch_up
from services.catalog.use_cases.publication_notices import tell_settled
from services.catalog.use_cases.signatures import keep_signature
from shared.contracts.effects import Effect, Target
from shared.db.transaction import Transaction

BATCH = 50


async def approve(tx: Transaction, listing: Listing, version: ListingVersion, verdict: Verdict) -> None:
    """It is live now, or as soon as nothing blocks publishing any more."""
    listing.approve(version, verdict)
    await keep_signature(tx, listing, version)
    await settle_listing(tx, listing)


async def request_changes(tx: Transaction, listing: Listing, version: ListingVersion, verdict: Verdict) -> None:
    tx.emit(*listing.request_changes(version, verdict))


async def reject(tx: Transaction, listing: Listing, version: ListingVersion, verdict: Verdict) -> None:
    tx.emit(*listing.reject(version, verdict))


async def settle_listing(tx: Transaction, listing: Listing) -> None:
    """Lets the version be live that may be, given what blocks publishing now. The caller has locked the listing."""
    if listing.lifecycle is Lifecycle.RETIRED:
        return
    freeze = freeze_of(await store.circumstances(tx, listing, listing.category), tx.now)
    old = {"live_number": listing.live_number, "lifecycle": listing.lifecycle}
    versions = await store.publishable_versions(tx, listing.listing_id, freeze.since)
    facts = settle(listing, versions, freeze, tx.now)
    if not facts:
        return
    tx.emit(*facts)
    new = {"live_number": listing.live_number, "lifecycle": listing.lifecycle}
    tx.record("settle_listing", f"listing:{listing.listing_id}", old=old, new=new)
    shown = await store.live_version(tx, listing)
    await restate_offer(tx, listing, shown)
    if shown is not None and listing.lifecycle is Lifecycle.LIVE:
        await catch_up(tx, listing, shown)


async def settle_targets(tx: Transaction, targets: Collection[Target], since: datetime | None = None) -> None:
    """After what blocks publishing has changed for these targets; `since` is the earliest begin of a publish freeze.

    All their listings are locked before any is looked at, so that none goes live by what was known before.
    """
    of_providers = {target.id for target in targets if target.kind != "listing"}
    single = {target.id for target in targets if target.kind == "listing"}
    await store.lock_listings(tx, single, of_providers)
    for listing_id in await store.unsettled(tx, single, of_providers, since):
        await _settle_and_tell(tx, await store.lock_listing(tx, listing_id))


async def publish_approved(tx: Transaction) -> int:
    """Restrictions that end by themselves say nothing when they do."""
    due = await store.claim_due_listings(tx, tx.now, BATCH)
    for listing in due:
        listing.settle_at = None
        await _settle_and_tell(tx, listing)
    return len(due)


async def _settle_and_tell(tx: Transaction, listing: Listing) -> None:
    """Nobody asked for it, so the provider learns of it."""
    before = listing.live_number, listing.lifecycle
    await settle_listing(tx, listing)
    shown = await store.live_version(tx, listing)
    if shown is not None and before != (listing.live_number, listing.lifecycle):
        await tell_settled(tx, listing, shown, before[0])


def refuse_blocked_publishing(tx: Transaction, around: Circumstances) -> None:
    """No restriction keeps a provider from handing in what an open penalty asks for."""
    causes = effective(around, tx.now)[Effect.PUBLISH]
    if is_correction(around, tx.now):
        causes = tuple(cause for cause in causes if cause.source != "restriction")
    if causes:
        raise PublishBlocked(
            "No version may go live: " + "; ".join(cause.reason for cause in causes),
            effect=Effect.PUBLISH,
            clause=causes[0].clause,
            causes=[told_cause(cause) for cause in causes],
        )


def told_cause(cause: Because) -> dict[str, str | None]:
    """A cause as a member of a problem document."""
    values = {name.rstrip("_"): getattr(cause, name) for name in Because.__slots__}
    return {name: None if value is None else str(value) for name, value in values.items() if value != ""}
