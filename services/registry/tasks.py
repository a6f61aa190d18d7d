"""What the registry does with the store of files in the background. No transaction is open while the store is asked."""

import asyncio
from datetime import timedelta

import structlog

from services.registry.settings import RegistrySettings
from services.registry.store import abandoned_files
from shared.blobs import Blobs
from shared.context import Context, set_context
from shared.db.transaction import Database
from shared.errors import Transient
from shared.service import Running

log = structlog.get_logger()
BATCH = 20
# Longer than deleting a batch can take; what is left of it, because the store was away, is due again after it.
CLAIMED_FOR = timedelta(minutes=10)
POLL_SECONDS = 5.0


async def delete_abandoned_files(running: Running) -> None:
    settings: RegistrySettings = running.settings
    blobs = Blobs.of(settings)
    while True:
        set_context(Context(actor="task:delete_abandoned_files"))
        deleted = await delete_due_files(running.db, blobs)
        await asyncio.sleep(0 if deleted else POLL_SECONDS)


async def delete_due_files(db: Database, blobs: Blobs) -> int:
    """One batch; how many are gone. The key was destroyed before, so a late deletion opens nothing to anybody."""
    async with db.transaction() as tx:
        claimed = await abandoned_files.claim(tx, tx.now + CLAIMED_FOR, BATCH)
    gone: list[str] = []
    try:
        for blob in claimed:
            await blobs.delete(blob)
            gone.append(blob)
    except Transient as error:
        log.warning("files.not_deleted", waiting=len(claimed) - len(gone), error=str(error))
    if gone:
        async with db.transaction() as tx:
            await abandoned_files.strike(tx, gone)
            tx.record("delete_abandoned_files", "files:abandoned", new={"files": len(gone)})
    return len(gone)
