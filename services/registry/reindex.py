"""`python -m services.registry.reindex`: indexes under a new BLIND_INDEX_KEY all that is sealed.

Stop the registry's processes first, put the old key into BLIND_INDEX_KEY_BEFORE, run it, and start them with the new
key. It shows its progress and may be stopped and run again.
"""

import asyncio
import sys
from collections import Counter

from services.registry.settings import RegistrySettings
from services.registry.use_cases.reindexing import Reindexed, reindex
from shared.db.transaction import Database
from shared.errors import Transient
from shared.personal.keys import DamagedError
from shared.personal.vault import Vault

BATCH = 200


async def reindex_all(db: Database, vault: Vault, before: Vault) -> Reindexed:
    done, more = Reindexed(), True
    while more:
        async with db.transaction() as tx:
            more = await reindex(tx, vault, before, done, BATCH)
        print(f"{done.providers} providers are indexed under the new key")  # noqa: T201
    return done


async def _run() -> None:
    settings = RegistrySettings()
    db = Database("registry", settings.database_url)
    try:
        done = await reindex_all(db, Vault.of(settings), Vault.before(settings))
    finally:
        await db.close()
    if done.lost:
        kinds = dict(Counter(str(kind) for kind, _ in done.lost))
        print(f"what these were made of is forgotten, so they match nothing any more: {kinds}")  # noqa: T201


def main() -> int:
    try:
        asyncio.run(_run())
    except (ValueError, DamagedError, Transient, OSError) as error:
        print(f"reindex: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
