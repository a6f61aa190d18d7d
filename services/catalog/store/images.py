"""How images, and what shows them, are found and kept."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.catalog.domain.image import KeptImage
from services.catalog.domain.screening.subject import SeenImage
from shared.db.transaction import Transaction

_COLUMNS = "sha256, account_id, media_type, width, height, size, codes, perceptual, created_at"
_KEEP = f"""
INSERT INTO image ({_COLUMNS}, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
ON CONFLICT (sha256, account_id) DO UPDATE SET used_at = excluded.used_at
RETURNING {_COLUMNS}
"""
_SEEN = "SELECT DISTINCT ON (sha256) sha256, width, height, codes FROM image WHERE sha256 = ANY ($1) ORDER BY sha256"
# In one order for everybody, so that two writers of one account never wait for each other.
_TOUCH = """
UPDATE image i SET used_at = $3 FROM (
    SELECT sha256, account_id FROM image WHERE account_id = $1 AND sha256 = ANY ($2) ORDER BY sha256 FOR UPDATE
) AS own WHERE i.sha256 = own.sha256 AND i.account_id = own.account_id RETURNING i.sha256
"""
_USE = """
INSERT INTO image_use (listing_id, number, account_id, sha256) SELECT $1, $2, $3, shown FROM unnest($4::text[]) AS shown
ON CONFLICT DO NOTHING
"""
# Somebody who uses an image changes `used_at`, and this looks again at a row that was changed meanwhile.
_ABANDON = """
DELETE FROM image i USING (
    SELECT sha256, account_id FROM image o
    WHERE used_at < $1 AND NOT EXISTS (
        SELECT FROM image_use u WHERE u.sha256 = o.sha256 AND u.account_id = o.account_id)
    ORDER BY used_at LIMIT $2 FOR UPDATE SKIP LOCKED
) AS old WHERE i.sha256 = old.sha256 AND i.account_id = old.account_id RETURNING i.sha256
"""
_NOTE = """
INSERT INTO abandoned_image (sha256, due_at) SELECT DISTINCT sha256, $2::timestamptz FROM unnest($1::text[]) AS sha256
ON CONFLICT DO NOTHING
"""
_CLAIM = """
UPDATE abandoned_image a SET due_at = $2 FROM (
    SELECT sha256 FROM abandoned_image WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
) AS due WHERE a.sha256 = due.sha256 RETURNING a.sha256
"""


async def images(tx: Transaction, hashes: Collection[str]) -> dict[str, SeenImage]:
    """What was seen in these images, by address; the same picture of several accounts was seen the same."""
    if not hashes:
        return {}
    rows = await tx.driver.fetch(_SEEN, list(hashes))
    return {r["sha256"]: SeenImage(r["sha256"], r["width"], r["height"], tuple(r["codes"])) for r in rows}


async def images_at(tx: Transaction, sha256: str) -> Sequence[KeptImage]:
    """Every account's image under this address."""
    rows = await tx.driver.fetch(f"SELECT {_COLUMNS} FROM image WHERE sha256 = $1 ORDER BY account_id", sha256)
    return [_image(row) for row in rows]


async def count_images(tx: Transaction, account_id: str) -> int:
    return int(await tx.driver.fetchval("SELECT count(*) FROM image WHERE account_id = $1", account_id))


async def lock_file(tx: Transaction, sha256: str) -> None:
    """Who puts a file and who deletes it come one after the other."""
    await tx.driver.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"image:{sha256}")


async def keep_image(tx: Transaction, image: KeptImage) -> KeptImage:
    """The account's image under this address: this one, or the one that is there already."""
    values = [getattr(image, name) for name in _COLUMNS.split(", ")]
    return _image(await tx.driver.fetchrow(_KEEP, *values))


async def touch_images(tx: Transaction, account_id: str, hashes: Collection[str]) -> set[str]:
    """Says that they are wanted now; returns those that exist and are the account's."""
    return {row["sha256"] for row in await tx.driver.fetch(_TOUCH, account_id, list(hashes), tx.now)}


async def keep_uses(tx: Transaction, listing_id: UUID, number: int, account_id: str, hashes: Collection[str]) -> None:
    """The version shows these images and no others."""
    await tx.driver.execute("DELETE FROM image_use WHERE listing_id = $1 AND number = $2", listing_id, number)
    if hashes:
        await tx.driver.execute(_USE, listing_id, number, account_id, list(hashes))


async def showing(tx: Transaction, sha256: str, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Listings whose live version shows the image."""
    rows = await tx.driver.fetch(
        "SELECT l.listing_id FROM image_use u JOIN listing l"
        " ON l.listing_id = u.listing_id AND l.live_number = u.number"
        " WHERE u.sha256 = $1 AND l.lifecycle = 'live' AND ($2::uuid IS NULL OR l.listing_id > $2)"
        " ORDER BY l.listing_id LIMIT $3",
        sha256,
        after,
        limit,
    )
    return [row["listing_id"] for row in rows]


async def abandon_images(tx: Transaction, before: datetime, limit: int) -> Sequence[str]:
    """Forgets images that no version shows and nobody wanted since `before`, and notes their files for deletion."""
    gone = [row["sha256"] for row in await tx.driver.fetch(_ABANDON, before, limit)]
    if gone:
        await tx.driver.execute(_NOTE, gone, tx.now)
    return gone


async def claim_abandoned(tx: Transaction, until: datetime, limit: int) -> Sequence[str]:
    """Files that are due for deletion; what is not struck until then is due again."""
    return [row["sha256"] for row in await tx.driver.fetch(_CLAIM, tx.now, until, limit)]


async def strike_abandoned(tx: Transaction, sha256: str) -> None:
    await tx.driver.execute("DELETE FROM abandoned_image WHERE sha256 = $1", sha256)


def _image(row: Any) -> KeptImage:
    return KeptImage(**{**dict(row), "codes": tuple(row["codes"])})
