"""What staff does to move an approved listing to another category. Each verb is one transaction."""

from uuid import UUID

from services.catalog import store
from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.errors import ListingRetired, MoveProposed, NeverPublished
from services.catalog.domain.listing import Listing
from services.catalog.domain.move import Move, misplacement
from services.catalog.domain.version import WAITING
from services.catalog.use_cases.offers import restate_offer
from services.catalog.use_cases.own_provider import refuse_own_provider
from services.catalog.use_cases.publishing import settle_listing
from services.catalog.use_cases.reviews import reassess_review
from services.catalog.use_cases.screening import screen_version
from shared.contracts.catalog import FindingOrigin, FindingReported
from shared.db.transaction import Transaction
from shared.errors import Invalid
from shared.ids import new_id
from shared.notices import Notice, Text, notify


async def propose_move(
    tx: Transaction, listing_id: UUID, by: str, category: str, reason: str, *, is_misplacement: bool
) -> Move:
    """Nothing changes until another person of staff has confirmed it."""
    listing = await store.lock_listing(tx, listing_id)
    await refuse_own_provider(tx, listing.provider_id, by)
    _refuse_unmovable(listing)
    place = await store.category(tx, category)
    if place is None or not place.takes_listings or category == listing.category:
        message = f"{category!r} is not another category that takes listings"
        raise Invalid(message, errors=[{"pointer": "/category", "in": "body", "message": message}])
    if await store.proposed_move(tx, listing_id) is not None:
        raise MoveProposed("A move of this listing waits for its decision")
    move = Move(
        new_id(), listing_id, listing.provider_id, listing.category, category, is_misplacement, reason, by, tx.now
    )
    tx.session.add(move)
    new = {"listing_id": listing_id, "from": listing.category, "to": category, "is_misplacement": is_misplacement}
    tx.record("propose_move", move.target, new=new, reason=reason)
    return move


async def confirm_move(tx: Transaction, move_id: UUID, version: int, by: str, reason: str) -> Move:
    """The listing stands in its new category at once, and a misplacement is reported as what it is."""
    move, listing = await _lock(tx, move_id, version)
    await refuse_own_provider(tx, listing.provider_id, by)
    _refuse_unmovable(listing)
    right, wrong = await store.category(tx, move.to_category), await store.category(tx, move.from_category)
    if right is None or wrong is None or not right.takes_listings:
        raise Invalid(f"The category {move.to_category!r} takes no listings any more")
    move.confirm(by=by, at=tx.now, reason=reason)
    live, newest = await store.live_version(tx, listing), await store.newest_version(tx, listing)
    tx.emit(*listing.move(move.to_category, live, newest))
    if newest.state in WAITING:
        await screen_version(tx, listing, newest)
        await reassess_review(tx, listing, newest, live)
    if move.is_misplacement and live is not None:
        tx.emit(
            FindingReported(
                listing_id=listing.listing_id,
                provider_id=listing.provider_id,
                version=live.number,
                origin=FindingOrigin.MOVE,
                rules_digest=live.rules_digest,
                found_at=tx.now,
                findings=(misplacement(right, wrong),),
            )
        )
    tx.record(
        "confirm_move",
        move.target,
        old={"listing_id": listing.listing_id, "category": move.from_category},
        new={"category": move.to_category},
        reason=reason,
    )
    await settle_listing(tx, listing)
    await restate_offer(tx, listing, await store.live_version(tx, listing))
    await _tell_provider(tx, move, listing, (wrong.title_zh, wrong.title_en), (right.title_zh, right.title_en))
    return move


async def decline_move(tx: Transaction, move_id: UUID, version: int, by: str, reason: str) -> Move:
    move, listing = await _lock(tx, move_id, version)
    await refuse_own_provider(tx, listing.provider_id, by)
    move.decline(by=by, at=tx.now, reason=reason)
    tx.record("decline_move", move.target, new={"state": move.state}, reason=reason)
    return move


async def end_move(tx: Transaction, listing: Listing, by: str, reason: str) -> None:
    """The listing is over: what somebody proposed about its place waits for nobody."""
    move = await store.proposed_move(tx, listing.listing_id)
    if move is not None:
        move.decline(by=by, at=tx.now, reason=reason)
        tx.record("decline_move", move.target, new={"state": move.state}, reason=reason)


async def _lock(tx: Transaction, move_id: UUID, version: int) -> tuple[Move, Listing]:
    listing = await store.lock_listing(tx, (await store.move(tx, move_id)).listing_id)
    return await store.lock_move(tx, move_id, version), listing


def _refuse_unmovable(listing: Listing) -> None:
    if listing.lifecycle is Lifecycle.RETIRED:
        raise ListingRetired("The provider ended this listing")
    if not listing.category:
        raise NeverPublished("No version was approved yet; the review asks for the right category")


async def _tell_provider(
    tx: Transaction, move: Move, listing: Listing, wrong: tuple[str, str], right: tuple[str, str]
) -> None:
    await notify(
        tx,
        Notice(
            listing.account_id,
            "listing.moved",
            f"listing.moved:{move.move_id}",
            Text("服务已调整类目", f"平台已将服务从「{wrong[0]}」调整至「{right[0]}」。理由：{move.reason}"),
            Text("Your listing was moved", f"It moved from “{wrong[1]}” to “{right[1]}”. Reason: {move.reason}"),
            f"/v1/listings/{listing.listing_id}",
        ),
    )
