"""What a verdict of the reviewers makes of a version, and what keeps every version away from the market."""

from services.catalog import store
from services.catalog.domain.effective import Because, effective, is_correction
from services.catalog.domain.errors import PublishBlocked
from services.catalog.domain.listing import Listing, ListingVersion, Verdict
from shared.contracts.effects import Effect
from shared.db.transaction import Transaction


async def approve(tx: Transaction, listing: Listing, version: ListingVersion, verdict: Verdict) -> None:
    live = await store.live_version(tx, listing)
    tx.emit(*listing.approve(version, live, verdict))
    await refuse_blocked_publishing(tx, listing, version.content.category, corrections_pass=False)


async def request_changes(tx: Transaction, listing: Listing, version: ListingVersion, verdict: Verdict) -> None:
    listing.request_changes(version, verdict)


async def reject(tx: Transaction, listing: Listing, version: ListingVersion, verdict: Verdict) -> None:
    tx.emit(*listing.reject(version, verdict))


async def refuse_blocked_publishing(
    tx: Transaction, listing: Listing, category: str, *, corrections_pass: bool
) -> None:
    """`corrections_pass`: no restriction keeps a provider from handing in what an open penalty asks for."""
    around = await store.circumstances(tx, listing, category)
    causes = effective(around, tx.now)[Effect.PUBLISH]
    if corrections_pass and is_correction(around, tx.now):
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
