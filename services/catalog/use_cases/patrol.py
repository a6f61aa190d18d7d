"""Live listings are screened again when words or detectors change, in batches that survive any process (6.1)."""

import asyncio
from collections.abc import Mapping, Sequence

from services.catalog import store
from services.catalog.domain.category import Category
from services.catalog.domain.errors import PatrolRunning
from services.catalog.domain.listing import Listing
from services.catalog.domain.patrol import REPORTED, Patrol, PatrolState, as_reported, news
from services.catalog.domain.screening import Rules, screen
from services.catalog.domain.screening.finding import Finding
from services.catalog.domain.screening.subject import Observations, SeenImage, Subject
from services.catalog.domain.version import ListingVersion
from services.catalog.use_cases.patrol_notices import tell_provider
from shared.contracts.catalog import FindingOrigin, FindingReported
from shared.db.transaction import Transaction
from shared.ids import new_id

BATCH = 50
_CHANGED = "Words or detectors changed"


async def start_patrol(tx: Transaction, by: str, reason: str) -> Patrol:
    """By hand: everything is looked at again, also by the same words."""
    await store.wait_for_patrols(tx)
    newest = await store.newest_patrol(tx)
    if newest is not None and newest.state is PatrolState.RUNNING:
        raise PatrolRunning("A patrol is under way", patrol_id=str(newest.patrol_id))
    return await _start(tx, await store.rules_digest(tx), by, reason)


async def advance_patrol(tx: Transaction) -> int:
    """One batch further. A patrol by words that are no longer in force gives way to one by those that are."""
    if not await store.lock_patrols(tx):
        return 0
    digest = await store.rules_digest(tx)
    newest = await store.newest_patrol(tx)
    if newest is None or newest.digest != digest:
        if newest is not None:
            newest.end(PatrolState.SUPERSEDED, tx.now)
        await _start(tx, digest, "", _CHANGED)
        return 1
    if newest.state is not PatrolState.RUNNING:
        return 0
    return await _look_at_batch(tx, newest)


async def catch_up(tx: Transaction, listing: Listing, live: ListingVersion) -> None:
    """A version that was submitted by older words and goes live when the patrol by the newer ones may be past it.

    A patrol that is still to come looks at it by itself.
    """
    newest, digest = await store.newest_patrol(tx), await store.rules_digest(tx)
    if newest is None or newest.digest != digest or live.rules_digest == digest:
        return
    known = await store.categories(tx)
    images = await store.images(tx, {address for _, address in live.content.images()})
    findings = _screened(listing, live, await store.current_rules(tx), known, images)
    await _tell_news(tx, newest, listing, live, findings)


async def _start(tx: Transaction, digest: str, by: str, reason: str) -> Patrol:
    await tx.session.flush()
    patrol = Patrol(new_id(), digest, by, reason, tx.now, await store.count_live(tx))
    tx.session.add(patrol)
    await tx.session.flush()
    tx.record("start_patrol", _target(patrol), new={"digest": digest, "total": patrol.total}, reason=reason)
    return patrol


async def _look_at_batch(tx: Transaction, patrol: Patrol) -> int:
    batch = await store.lock_live_after(tx, patrol.last_listing_id, BATCH)
    if not batch:
        patrol.end(PatrolState.FINISHED, tx.now)
        tx.record("finish_patrol", _target(patrol), new={"done": patrol.done, "found": patrol.found})
        return 1
    rules = await store.current_rules(tx)
    known = await store.categories(tx)
    shown = {address for _, live in batch for _, address in live.content.images()}
    images = await store.images(tx, shown)
    found = 0
    for listing, live in batch:
        found += await _tell_news(tx, patrol, listing, live, _screened(listing, live, rules, known, images))
        await asyncio.sleep(0)  # a long text takes a while, and requests wait for it meanwhile
    patrol.advance(len(batch), found, batch[-1][0].listing_id)
    tx.record("advance_patrol", _target(patrol), new={"done": patrol.done, "found": patrol.found})
    return len(batch)


def _screened(
    listing: Listing,
    live: ListingVersion,
    rules: Rules,
    known: Sequence[Category],
    images: Mapping[str, SeenImage],
) -> tuple[Finding, ...]:
    """By what is kept: addresses are not called and other listings are not compared again.

    A category that was closed since keeps its listings.
    """
    code = listing.category or live.content.category
    place = next((place for place in known if place.code == code), None)
    places = [place for place in known if place.takes_listings]
    seen = Observations(images=images, first_published_at=listing.first_published_at)
    return screen(Subject(live.content, listing.kind, place, places, seen), rules)


async def _tell_news(
    tx: Transaction, patrol: Patrol, listing: Listing, live: ListingVersion, findings: Sequence[Finding]
) -> int:
    new = await store.keep_news(tx, patrol, live, news(findings, live.findings))
    if new:
        await _report(tx, patrol, listing, live, new)
    return len(new)


async def _report(
    tx: Transaction, patrol: Patrol, listing: Listing, live: ListingVersion, new: Sequence[Finding]
) -> None:
    grave = [finding for finding in new if finding.severity in REPORTED]
    if grave:
        tx.emit(
            FindingReported(
                listing_id=listing.listing_id,
                provider_id=listing.provider_id,
                version=live.number,
                origin=FindingOrigin.PATROL,
                rules_digest=patrol.digest,
                found_at=tx.now,
                findings=as_reported(grave),
            )
        )
    await tell_provider(tx, patrol, listing, live, new)


def _target(patrol: Patrol) -> str:
    return f"patrol:{patrol.patrol_id}"
