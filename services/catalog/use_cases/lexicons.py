"""What staff does with lexicons: words come and go, with a reason, and count from the next screening on."""

from services.catalog import store
from services.catalog.domain.category import SEEDED
from services.catalog.domain.screening.lexicon import Change, Lexicon, LexiconVersion, changed, differences
from shared.db.transaction import Transaction


async def change_lexicon(
    tx: Transaction, code: str, number: int, change: Change, by: str, reason: str
) -> tuple[Lexicon, LexiconVersion]:
    """Its next version, in force when this is committed: every process screens by it from then on."""
    old = await store.lock_lexicon(tx, code, number)
    new = changed(old, change, await store.words_besides(tx, code))
    return new, await keep_version(tx, old, new, by, reason)


async def keep_version(tx: Transaction, old: Lexicon | None, new: Lexicon, by: str, reason: str) -> LexiconVersion:
    """The lexicons are locked by the caller."""
    added, removed = differences(old, new)
    version = LexiconVersion(new.code, new.number, new.digest, by, tx.now, reason, added, removed)
    await store.keep_lexicon(tx, new, version)
    tx.record(
        "seed_lexicon" if by == SEEDED else "change_lexicon",
        f"lexicon:{new.code}",
        old={"number": old.number, "digest": old.digest} if old else None,
        new={"number": new.number, "digest": new.digest, "added": len(added), "removed": len(removed)},
        reason=reason,
    )
    return version
