"""Wraps persons' keys anew under the current key of the settings, in batches that can stop and go on."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.db.transaction import Database, Transaction
from shared.personal.vault import Vault
from shared.service import Running

BATCH = 500


@dataclass(frozen=True, slots=True)
class Progress:
    """How many persons' keys there are by the id of the key that wraps them. Done when only `current` is left."""

    current: str
    by_key: dict[str, int]

    @property
    def remaining(self) -> int:
        return sum(count for key_id, count in self.by_key.items() if key_id != self.current)


async def progress(tx: Transaction, current: str) -> Progress:
    rows = await tx.driver.fetch(
        "SELECT key_id, count(*) AS n FROM person_key WHERE wrapped IS NOT NULL GROUP BY key_id ORDER BY key_id"
    )
    return Progress(current, {row["key_id"]: row["n"] for row in rows})


async def rewrap(tx: Transaction, vault: Vault, limit: int) -> int:
    """One batch; returns how many keys it moved. Nothing sealed changes: only the wrapping of the keys does."""
    rows = await tx.driver.fetch(
        "SELECT person_id, key_id, wrapped FROM person_key WHERE wrapped IS NOT NULL AND key_id <> $1"
        " LIMIT $2 FOR UPDATE SKIP LOCKED",
        vault.keys.current,
        limit,
    )
    keys = vault.keys
    anew = [
        (person, keys.current, keys.wrap(person, keys.unwrap(row["key_id"], person, row["wrapped"])))
        for row in rows
        for person in (row["person_id"],)
    ]
    await tx.driver.executemany("UPDATE person_key SET key_id = $2, wrapped = $3 WHERE person_id = $1", anew)
    if rows:
        tx.record("rewrap_personal_keys", f"person_key:{keys.current}", new={"count": len(rows)})
    return len(rows)


async def rotate(db: Database, vault: Vault, show: Callable[[Progress], None]) -> Progress:
    """Until nothing is wrapped by an older key. May be stopped at any moment and run by several at once."""
    while True:
        async with db.transaction() as tx:
            moved = await rewrap(tx, vault, BATCH)
            now = await progress(tx, vault.keys.current)
        show(now)
        if not moved:
            return now


async def keys_are_known(running: Running) -> None:
    """For a service's `checks`."""
    await refuse_unknown_keys(running.db, Vault.of(running.settings))


async def refuse_unknown_keys(db: Database, vault: Vault) -> None:
    """A process whose settings lack a key that data was sealed under must not begin to serve."""
    async with db.transaction() as tx:
        found = await progress(tx, vault.keys.current)
    unknown = sorted(found.by_key.keys() - vault.keys.by_id.keys())
    if unknown:
        raise ValueError(
            f"PERSONAL_KEYS lacks {', '.join(unknown)}: {sum(found.by_key[key] for key in unknown)} persons' data "
            "could not be opened"
        )
