"""Sealed files that nobody can open any more: noted with the erasure, deleted from the store by a task."""

from collections.abc import Collection, Sequence
from datetime import datetime

from shared.db.transaction import Transaction

_CLAIM = """
UPDATE abandoned_file f SET due_at = $2
FROM (SELECT blob FROM abandoned_file WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) AS due
WHERE f.blob = due.blob RETURNING f.blob
"""


async def abandon(tx: Transaction, blobs: Collection[str]) -> None:
    await tx.driver.execute(
        "INSERT INTO abandoned_file (blob, due_at) SELECT blob, $2 FROM unnest($1::text[]) AS blob"
        " ON CONFLICT DO NOTHING",
        list(blobs),
        tx.now,
    )


async def claim(tx: Transaction, until: datetime, limit: int) -> Sequence[str]:
    """Those that are due; what is not deleted until then is due again."""
    return [row["blob"] for row in await tx.driver.fetch(_CLAIM, tx.now, until, limit)]


async def strike(tx: Transaction, blobs: Collection[str]) -> None:
    await tx.driver.execute("DELETE FROM abandoned_file WHERE blob = ANY ($1::text[])", list(blobs))
