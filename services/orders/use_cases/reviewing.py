"""Reviews by real buyers (6.2.1): writing and editing one's own, hiding and restoring by staff, telling the rating."""

from uuid import UUID

from services.orders import reviews, store
from services.orders.domain.errors import AlreadyReviewed, NotABuyer, UnknownListing, UnknownReview
from services.orders.domain.review import NOTHING, Review, Weight, rating_of
from shared.db.transaction import Transaction
from shared.errors import StaleVersion
from shared.ids import new_id


async def write_review(tx: Transaction, merchant_id: str, listing_id: UUID, rating: int, text: str) -> Review:
    """Once per listing; whoever changes its mind edits."""
    listing = await reviews.listing_of(tx, listing_id)
    if listing is None:
        raise UnknownListing(f"No listing {listing_id} is on the market.")
    if not await reviews.has_bought(tx, merchant_id, listing_id):
        raise NotABuyer("Only a merchant who has or had a subscription to this listing reviews it.")
    await store.lock_access(tx, merchant_id, listing_id)
    known = await reviews.review_by(tx, merchant_id, listing_id)
    if known is not None:
        raise AlreadyReviewed("You have reviewed this listing already; edit the review.", review_id=str(known))
    written = Review(new_id(), listing_id, listing.provider_id, merchant_id, rating, text, tx.now)
    tx.session.add(written)
    tx.record("write_review", _name(written), new={"listing_id": listing_id, "rating": rating, "text": text})
    await tx.session.flush()
    await _rate(tx, written, NOTHING)
    return written


async def edit_review(
    tx: Transaction, merchant_id: str, review_id: UUID, version: int, rating: int, text: str
) -> Review:
    found = await reviews.lock_review(tx, review_id)
    if found is None or found.merchant_id != merchant_id:
        raise UnknownReview("You have written no such review.")
    _check_version(found, version)
    before, old = found.weight, {"rating": found.rating, "text": found.text}
    found.edit(rating, text, tx.now)
    tx.record("edit_review", _name(found), old=old, new={"rating": rating, "text": text})
    await tx.session.flush()
    await _rate(tx, found, before)
    return found


async def hide_review(tx: Transaction, review_id: UUID, version: int, reason: str) -> Review:
    """Staff takes a review out of sight, and out of the rating; its author sees why."""
    found = await _seen(tx, review_id, version)
    before, status = found.weight, found.status
    found.hide(reason)
    tx.record("hide_review", _name(found), old={"status": status}, new={"status": found.status}, reason=reason)
    await tx.session.flush()
    await _rate(tx, found, before)
    return found


async def restore_review(tx: Transaction, review_id: UUID, version: int, reason: str) -> Review:
    """Staff takes its hiding back."""
    found = await _seen(tx, review_id, version)
    before, status = found.weight, found.status
    found.restore()
    tx.record("restore_review", _name(found), old={"status": status}, new={"status": found.status}, reason=reason)
    await tx.session.flush()
    await _rate(tx, found, before)
    return found


async def tell_ratings(tx: Transaction, after: str, limit: int) -> str:
    """Re-emits the rating of each listing, for replicas that are filled anew."""
    told = await reviews.ratings_after(tx, after, limit)
    for listing_id, total, changed_at in told:
        tx.emit(rating_of(listing_id, total, changed_at))
    return str(told[-1][0]) if len(told) == limit else ""


async def _seen(tx: Transaction, review_id: UUID, version: int) -> Review:
    found = await reviews.lock_review(tx, review_id)
    if found is None:
        raise UnknownReview("There is no such review.")
    _check_version(found, version)
    return found


def _check_version(found: Review, version: int) -> None:
    if version != found.version:
        raise StaleVersion("The review was changed since you read it.", current=found.version)


async def _rate(tx: Transaction, changed: Review, before: Weight) -> None:
    """The cost does not grow with the reviews: the difference is added to the listing's sums."""
    difference = changed.weight - before
    if difference != NOTHING:
        tx.emit(rating_of(changed.listing_id, await reviews.add_weight(tx, changed.listing_id, difference), tx.now))


def _name(written: Review) -> str:
    return f"review:{written.review_id}"
