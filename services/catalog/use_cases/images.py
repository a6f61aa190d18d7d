"""Images of listings: taken in, shown by versions, and forgotten when no version shows them."""

from datetime import timedelta

from services.catalog import store
from services.catalog.domain.errors import ProviderUnknown, TooManyImages
from services.catalog.domain.image import KeptImage, Picture
from services.catalog.domain.version import ListingVersion
from shared.blobs import BlobRef, Blobs
from shared.db.transaction import Transaction
from shared.errors import Invalid

MOST_IMAGES = 500
KEPT_UNUSED = timedelta(days=7)
BATCH = 200


async def keep_image(tx: Transaction, blobs: Blobs, account_id: str, picture: Picture) -> KeptImage:
    """The same picture again is the same image. Of one account there are at most 500, however many come at once."""
    await store.lock_account(tx, account_id)
    if await store.seller_of_account(tx, account_id) is None:
        raise ProviderUnknown("Apply as a provider in the registry first")
    ref = BlobRef.of(picture.content)
    await store.lock_file(tx, ref.sha256)
    known = await store.images_at(tx, ref.sha256)
    own = any(image.account_id == account_id for image in known)
    if not own and await store.count_images(tx, account_id) >= MOST_IMAGES:
        raise TooManyImages(f"An account keeps at most {MOST_IMAGES} images", limit=MOST_IMAGES)
    kept = await store.keep_image(
        tx,
        KeptImage(
            ref.sha256, account_id, picture.media_type, picture.width, picture.height, ref.size, picture.codes,
            picture.perceptual, tx.now,
        ),
    )  # fmt: skip
    shown = {"media_type": kept.media_type, "width": kept.width, "height": kept.height, "size": kept.size}
    tx.record("keep_image", f"image:{kept.sha256}", new=shown)
    await blobs.put(picture.content)  # last, when nothing can be refused any more
    return kept


async def use_images(tx: Transaction, account_id: str, version: ListingVersion) -> None:
    """The version shows the images of its content; each must be one of the account's own."""
    wanted = list(version.content.images())
    hashes = {address for _, address in wanted}
    own = await store.touch_images(tx, account_id, hashes) if hashes else set()
    if strange := [(field, address) for field, address in wanted if address not in own]:
        raise Invalid(
            "There is no such image of this account; upload it first",
            errors=[
                {"pointer": _pointer(field), "in": "body", "message": f"there is no image {address}"}
                for field, address in strange
            ],
        )
    await tx.session.flush()
    await store.keep_uses(tx, version.listing_id, version.number, account_id, hashes)


async def forget_unused_images(tx: Transaction) -> int:
    """What no version shows and nobody wanted for a week; its files are deleted afterwards."""
    gone = await store.abandon_images(tx, tx.now - KEPT_UNUSED, BATCH)
    if gone:
        tx.record("forget_unused_images", "images:unused", new={"images": len(gone)})
    return len(gone)


def _pointer(field: str) -> str:
    """`screenshots[2]` as RFC 6901 writes it."""
    return "/" + field.replace("[", "/").replace("]", "")
