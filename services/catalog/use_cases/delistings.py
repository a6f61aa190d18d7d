"""Takes a listing off the market, by its provider's wish or by the platform's decision (6.5.2)."""

from uuid import UUID

from services.catalog import store
from services.catalog.domain.listing import Listing
from services.catalog.domain.version import ListingVersion
from services.catalog.use_cases.offers import restate_offer
from services.catalog.use_cases.own_provider import refuse_own_provider
from shared.db.transaction import Transaction
from shared.notices import Notice, Text, notify


async def delist_listing(
    tx: Transaction, listing_id: UUID, version: int, by: str, reason: str, *, only_of: str | None
) -> tuple[Listing, ListingVersion]:
    """What was sold runs on. Only a version that is submitted from now on brings it back; `only_of` None is staff."""
    listing = await store.lock_listing(tx, listing_id, only_of=only_of, version=version)
    if only_of is None:
        await refuse_own_provider(tx, listing.provider_id, by)
    old, live = listing.lifecycle, await store.live_version(tx, listing)
    facts = listing.delist(live, tx.now)
    tx.emit(*facts)
    if facts:
        await restate_offer(tx, listing, live)
    if facts and only_of is None:
        await _tell_provider(tx, listing, reason)
    tx.record(
        "delist_listing",
        f"listing:{listing_id}",
        old={"lifecycle": old},
        new={"lifecycle": listing.lifecycle},
        reason=reason,
    )
    return listing, await store.newest_version(tx, listing)


async def _tell_provider(tx: Transaction, listing: Listing, reason: str) -> None:
    await notify(
        tx,
        Notice(
            listing.account_id,
            "listing.delisted",
            f"listing.delisted:{listing.listing_id}:{listing.version}",
            Text("服务已下架", f"平台已下架该服务。理由：{reason}\n提交修改后的版本并通过审核后可重新上架。"),
            Text(
                "Your listing was delisted", f"Reason: {reason}\nA corrected version that passes review brings it back."
            ),
            f"/v1/listings/{listing.listing_id}",
        ),
    )
