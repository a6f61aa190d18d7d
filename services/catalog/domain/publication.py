"""Which approved version is on the market, and what that makes of the listing.

Both follow from what is written down: the approvals, the delisting, and the restrictions in force. So what a publish
freeze takes back comes again exactly as it was when the freeze ends (6.5.3).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.catalog.domain.effective import Circumstances, Lifecycle, effective
from services.catalog.domain.listing import Listing
from services.catalog.domain.version import TRANSITIONS, ListingVersion, VersionState
from shared.contracts.catalog import ListingPublished, ListingRelisted, ListingState, ListingUpdated
from shared.contracts.effects import Cause, Effect

APPROVED = frozenset({VersionState.APPROVED, VersionState.LIVE, VersionState.SUPERSEDED})


@dataclass(frozen=True, slots=True)
class Freeze:
    """What keeps versions off the market now.

    What went live at or after `since` is withdrawn; None withdraws nothing. `until` is when the restrictions next
    become fewer by themselves; None is when a message says so. `penalties` are those on the listing itself, where
    nothing else blocks: what answers them all goes live, or they could never be answered.
    """

    is_free: bool = True
    since: datetime | None = None
    until: datetime | None = None
    penalties: frozenset[UUID] = frozenset()

    def lets(self, version: ListingVersion) -> bool:
        if self.is_free or (self.penalties and self.penalties <= set(version.answers)):
            return True
        went = version.went_live_at
        return went is not None and (self.since is None or went < self.since)


def freeze_of(around: Circumstances, at: datetime) -> Freeze:
    causes = [cause for restriction in around.restrictions for cause in _publish_causes(restriction.causes, at)]
    blocking = effective(around, at)[Effect.PUBLISH]
    is_the_listings_own = all(because.target == "listing" for because in blocking)
    return Freeze(
        is_free=not blocking,
        penalties=frozenset(cause.penalty_id for cause in causes) if is_the_listings_own else frozenset(),
        since=min((cause.from_ for cause in causes), default=None),
        until=min((cause.until for cause in causes if cause.until is not None), default=None),
    )


def settle(listing: Listing, versions: Sequence[ListingVersion], freeze: Freeze, at: datetime) -> list[ListingState]:
    """Puts the newest version on the market that may be there, and says what that changed.

    `versions` are all that are approved or live, and of the superseded ones at least the newest that the freeze lets.
    """
    allowed = [version for version in versions if version.state in APPROVED and freeze.lets(version)]
    now = max(allowed, key=lambda version: version.number, default=None)
    before = (listing.live_number, listing.lifecycle, _live_of(versions))
    is_first = now is not None and now.went_live_at is None
    _order(versions, now)
    if now is None:
        # Nothing may be shown: what merchants had last is still told of, for those who bought it.
        went_live = (version.number for version in versions if version.went_live_at is not None)
        listing.live_number = max(went_live, default=listing.live_number)
    else:
        now.went_live_at = now.went_live_at or at
        listing.live_number, listing.published_at = now.number, now.went_live_at
        listing.first_published_at = listing.first_published_at or now.went_live_at
    listing.lifecycle = _lifecycle(listing, versions, now)
    is_waiting = any(version.state is VersionState.APPROVED for version in versions)
    listing.settle_at = freeze.until if is_waiting else None
    if before == (listing.live_number, listing.lifecycle, now):
        return []
    listing.version += 1
    shown = now or next((version for version in versions if version.number == listing.live_number), None)
    if shown is None:
        return []
    return [_fact(listing, shown, is_first=is_first, was_delisted=before[1] is Lifecycle.DELISTED)]


def _live_of(versions: Iterable[ListingVersion]) -> ListingVersion | None:
    return next((version for version in versions if version.state is VersionState.LIVE), None)


def _order(versions: Iterable[ListingVersion], now: ListingVersion | None) -> None:
    """Above the live version wait those that come back or follow; what is below it is superseded."""
    for version in versions:
        if version is now:
            _put(version, VersionState.LIVE)
        elif now is not None and version.number < now.number and version.state in APPROVED:
            _put(version, VersionState.SUPERSEDED)
        elif version.state is VersionState.LIVE:
            _put(version, VersionState.APPROVED)


def _put(version: ListingVersion, then: VersionState) -> None:
    if version.state is then:
        return
    if then not in TRANSITIONS[version.state]:
        raise ValueError(f"a version that is {version.state} does not become {then}")
    version.state = then


def _lifecycle(listing: Listing, versions: Iterable[ListingVersion], now: ListingVersion | None) -> Lifecycle:
    if listing.lifecycle is Lifecycle.RETIRED:
        return Lifecycle.RETIRED
    if not listing.live_number:
        return Lifecycle.UNPUBLISHED
    went_live = [version for version in versions if version.went_live_at is not None]
    shown = [now] if now is not None else went_live
    if shown and not any(listing.is_listed_by(version) for version in shown):
        return Lifecycle.DELISTED
    return Lifecycle.LIVE if now is not None else Lifecycle.WITHDRAWN


def _fact(listing: Listing, shown: ListingVersion, *, is_first: bool, was_delisted: bool) -> ListingState:
    state = dict(listing.state(shown))
    if not is_first or listing.lifecycle is not Lifecycle.LIVE:
        return ListingUpdated(**state)
    if was_delisted or shown.answers:
        return ListingRelisted(
            **state,
            answers=shown.answers,
            restriction_sequence=shown.restriction_sequence,
            reviewed_at=shown.decided_at or listing.published_at,
        )
    return ListingPublished(**state)


def _publish_causes(causes: Iterable[Cause], at: datetime) -> list[Cause]:
    return [cause for cause in causes if cause.blocks(Effect.PUBLISH, at)]
