"""Who may see a kept image: everybody while a visible listing shows it, otherwise its account and staff."""

from dataclasses import dataclass
from uuid import UUID

from services.catalog import store
from services.catalog.domain.effective import effective
from services.catalog.domain.image import KeptImage
from services.catalog.domain.listing import Listing
from shared.contracts.effects import Effect
from shared.db.transaction import Transaction
from shared.errors import NotFound

_BATCH = 20


@dataclass(frozen=True, slots=True)
class ShownImage:
    image: KeptImage
    is_public: bool


async def image(tx: Transaction, sha256: str, account_id: str, *, is_staff: bool) -> ShownImage:
    """The image, if this account may see it; `account_id` is empty for somebody without a token."""
    kept = await store.images_at(tx, sha256)
    if kept and await _is_on_the_market(tx, sha256):
        return ShownImage(kept[0], is_public=True)
    for found in kept:
        if is_staff or (account_id and found.account_id == account_id):
            return ShownImage(found, is_public=False)
    raise NotFound("There is no such image")


async def _is_on_the_market(tx: Transaction, sha256: str) -> bool:
    after: UUID | None = None
    while shown := await store.showing(tx, sha256, after, _BATCH):
        for listing_id in shown:
            listing = await tx.session.get(Listing, listing_id)
            if listing is None:
                continue
            causes = effective(await store.circumstances(tx, listing, listing.category), tx.now)
            # The page of a listing is open by direct link as long as it can be listed or ordered.
            if not causes[Effect.LIST] or not causes[Effect.ORDER]:
                return True
        after = shown[-1]
    return False
