"""Publishing rulebooks: once, and never changed afterwards."""

from services.enforcement import rulebook_file, rulebook_store, store
from services.enforcement.domain.rulebook import Rulebook, RulebookError
from shared.contracts.enforcement import RulebookPublished
from shared.db.transaction import Transaction


async def publish_rulebooks(tx: Transaction) -> None:
    """Publishes what lies in the folder and is new. Safe to run by several processes and again at every start."""
    for book in rulebook_file.folder():
        await publish_rulebook(tx, book)


async def publish_rulebook(tx: Transaction, book: Rulebook) -> None:
    """Already published with the same content: nothing to do. With another content: refused."""
    await store.lock_publication(tx)
    for known in await rulebook_store.all_rulebooks(tx):
        if known.id != book.id:
            raise RulebookError(f"this market follows the rulebook {known.id}, so {book.id} cannot be published here")
        if known.version == book.version:
            if known.content_hash == book.content_hash:
                return
            raise RulebookError(
                f"rulebook {book.id} {book.version} was published with another content; a published rulebook is "
                "never changed, so give the new text a new version"
            )
        if known.in_force_at == book.in_force_at:
            raise RulebookError(f"rulebook {book.id}: {known.version} is in force from the same instant")
    await rulebook_store.keep(tx, book)
    tx.emit(
        RulebookPublished(
            rulebook=book.id, version=book.version, in_force_at=book.in_force_at, content_hash=book.content_hash
        )
    )
    tx.record("publish_rulebook", f"rulebook:{book.id}:{book.version}", new={"content_hash": book.content_hash})
