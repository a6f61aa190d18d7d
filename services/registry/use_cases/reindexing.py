"""Exchanges all blind indexes for those under a new key, from what is kept sealed."""

from dataclasses import dataclass, field

from services.registry import store
from services.registry.domain.trait import Ground
from services.registry.store import digests
from services.registry.use_cases.traits import spelled
from shared.db.transaction import Transaction
from shared.personal.vault import Vault


@dataclass(slots=True)
class Reindexed:
    """`last` is where the next batch goes on; `lost` are digests of what nobody can open to index it anew."""

    last: str = ""
    providers: int = 0
    lost: set[Ground] = field(default_factory=set, repr=False)


async def reindex(tx: Transaction, vault: Vault, before: Vault, done: Reindexed, limit: int) -> bool:
    """The next `limit` providers by id; false when there were none. Links, groups and decisions stay as they are."""
    providers = await store.lock_providers_after(tx, done.last, limit)
    if not providers:
        return False
    anew: dict[Ground, Ground] = {}
    for provider in providers:
        for kind, texts in (await spelled(tx, vault, provider)).items():
            anew |= {(kind, before.index(kind, text)): (kind, vault.index(kind, text)) for text in texts}
    ids = [provider.provider_id for provider in providers]
    await digests.exchange(tx, ids, anew)
    tx.record("reindex_traits", f"provider:{ids[-1]}", new={"providers": len(ids), "digests": len(anew)})
    done.lost |= await digests.grounds_of(tx, ids)
    done.lost -= {*anew.keys(), *anew.values()}
    done.last, done.providers = str(ids[-1]), done.providers + len(ids)
    return True
