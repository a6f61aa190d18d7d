"""What the catalog does with the store of files in the background."""

import asyncio
from datetime import timedelta

import structlog

from services.catalog import store
from services.catalog.settings import CatalogSettings
from shared.blobs import Blobs
from shared.context import Context, set_context
from shared.db.transaction import Database
from shared.errors import Transient
from shared.service import Running

log = structlog.get_logger()
BATCH = 20
# Longer than deleting a batch can take; what is left of it, because the store was away, is due again after it.
CLAIMED_FOR = timedelta(minutes=10)
POLL_SECONDS = 30.0


async def delete_abandoned_images(running: Running) -> None:
    settings: CatalogSettings = running.settings
    blobs = Blobs.of(settings)
    while True:
        set_context(Context(actor="task:delete_abandoned_images"))
        deleted = await delete_due_images(running.db, blobs)
        await asyncio.sleep(0 if deleted else POLL_SECONDS)


async def delete_due_images(db: Database, blobs: Blobs) -> int:
    """One batch of files that no row needs any more; how many are gone."""
    async with db.transaction() as tx:
        claimed = await store.claim_abandoned(tx, tx.now + CLAIMED_FOR, BATCH)
    gone = 0
    try:
        for sha256 in claimed:
            gone += await _delete(db, blobs, sha256)
    except Transient as error:
        log.warning("images.not_deleted", waiting=len(claimed) - gone, error=str(error))
    return gone


async def _delete(db: Database, blobs: Blobs, sha256: str) -> bool:
    """Whoever uploads the same picture meanwhile waits, and puts the file again."""
    async with db.transaction() as tx:
        await store.lock_file(tx, sha256)
        needed = bool(await store.images_at(tx, sha256))
        if not needed:
            await blobs.delete(sha256)
            tx.record("delete_image", f"image:{sha256}")
        await store.strike_abandoned(tx, sha256)
    return not needed
