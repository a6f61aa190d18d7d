"""How signatures of texts and logos are kept, and how those of similar listings are found."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.catalog.domain import looks as logo
from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.similarity import BITS, FARTHEST, SCHEME, Signature
from shared.contracts.registry import GroupChanged
from shared.db.transaction import Transaction

MOST_COMPARED = 16
"""Of those that come near: enough to see that many write the same, few enough to read."""

# Whoever is the same provider hears of what waits, too; of strangers only of what is or was on the market.
_TOLD = """
SELECT near.*, v.name, l.lifecycle, l.first_published_at FROM near
JOIN listing l USING (listing_id) JOIN listing_version v USING (listing_id, number)
WHERE number = l.live_number OR near.provider_id = ANY ($3::uuid[])
    AND v.state IN ('submitted', 'in_review', 'approved') AND l.lifecycle <> 'retired'
ORDER BY near.provider_id = ANY ($3) DESC, away, listing_id LIMIT $4
"""
# The bands come from a sub-select: seen by the planner, so many of them would look as if they were in half of the rows.
_NEAR_TEXTS = f"""
WITH near AS MATERIALIZED (
    SELECT listing_id, number, provider_id, windows, bit_count(sketch # $5) AS away FROM text_signature
    WHERE bands && (SELECT $1::int[]) AND listing_id IS DISTINCT FROM $2::uuid
    AND bit_count(sketch # $5) <= $6 AND scheme = $7
) {_TOLD}
"""
_NEAR_LOGOS = f"""
WITH near AS MATERIALIZED (
    SELECT listing_id, number, provider_id, looks, bit_count((looks # $5)::bit(64)) AS away FROM logo_signature
    WHERE bands && (SELECT $1::int[]) AND listing_id IS DISTINCT FROM $2::uuid
    AND bit_count((looks # $5)::bit(64)) <= $6
) {_TOLD}
"""
_KEEP_TEXT = """
INSERT INTO text_signature (listing_id, number, provider_id, scheme, sketch, bands, windows)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (listing_id, number) DO UPDATE
SET scheme = excluded.scheme, sketch = excluded.sketch, bands = excluded.bands, windows = excluded.windows
"""
_KEEP_LOGO = """
INSERT INTO logo_signature (listing_id, number, provider_id, looks, bands) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (listing_id, number) DO UPDATE SET looks = excluded.looks, bands = excluded.bands
"""
_UNSIGNED = """
SELECT v.listing_id, v.number FROM listing_version v JOIN listing l USING (listing_id)
LEFT JOIN text_signature s ON s.listing_id = v.listing_id AND s.number = v.number AND s.scheme = $1
WHERE (v.number = l.live_number OR v.state IN ('submitted', 'in_review', 'approved')) AND s.listing_id IS NULL
LIMIT $2 FOR UPDATE OF l SKIP LOCKED
"""
_GROUPS = "SELECT state::text FROM account_group WHERE member_ids ? $1"


@dataclass(frozen=True, slots=True)
class Seeker:
    """For what similar listings are looked for: its listing, if it has one, and all accounts of its provider."""

    listing_id: UUID | None
    house: Collection[UUID]


@dataclass(frozen=True, slots=True)
class Near:
    """A version of a listing that may be similar. `ended`: the provider retired the listing."""

    listing_id: UUID
    provider_id: UUID
    name: str
    first_published_at: datetime | None
    ended: bool


async def near_texts(tx: Transaction, signature: Signature, seeker: Seeker) -> list[tuple[Near, bytes]]:
    """The nearest first, those of the same provider before all others, each with the windows of its text."""
    rows = await tx.driver.fetch(
        _NEAR_TEXTS, signature.bands, *_for(seeker), bit_string(signature.sketch), FARTHEST, SCHEME
    )
    return [(_near(row), row["windows"]) for row in rows]


async def near_logos(tx: Transaction, looks: int, seeker: Seeker) -> list[tuple[Near, int]]:
    """The nearest first, those of the same provider before all others, each with how its logo looks."""
    bands = logo.bands_near(looks)
    if not bands:
        return []
    rows = await tx.driver.fetch(_NEAR_LOGOS, bands, *_for(seeker), looks, logo.FARTHEST)
    return [(_near(row), row["looks"]) for row in rows]


async def looks_of(tx: Transaction, sha256: str) -> int | None:
    """How a kept image looks."""
    found: int | None = await tx.driver.fetchval("SELECT perceptual FROM image WHERE sha256 = $1 LIMIT 1", sha256)
    return found


async def keep_text_signature(
    tx: Transaction, listing_id: UUID, number: int, provider_id: UUID, signature: Signature
) -> None:
    sketch = bit_string(signature.sketch)
    await tx.driver.execute(
        _KEEP_TEXT, listing_id, number, provider_id, SCHEME, sketch, signature.bands, signature.windows
    )


async def keep_logo_signature(tx: Transaction, listing_id: UUID, number: int, provider_id: UUID, looks: int) -> None:
    await tx.driver.execute(_KEEP_LOGO, listing_id, number, provider_id, looks, logo.bands_of(looks))


async def drop_signatures(tx: Transaction, listing_id: UUID, *, but: Collection[int]) -> None:
    for table in ("text_signature", "logo_signature"):
        await tx.driver.execute(
            f"DELETE FROM {table} WHERE listing_id = $1 AND number <> ALL ($2::int[])", listing_id, list(but)
        )


async def lock_unsigned(tx: Transaction, limit: int) -> list[tuple[UUID, int]]:
    """Versions that count and have no signature of today's scheme, with their listings locked."""
    rows = await tx.driver.fetch(_UNSIGNED, SCHEME, limit)
    return [(row["listing_id"], row["number"]) for row in rows]


async def first_published(tx: Transaction, listing_id: UUID) -> datetime | None:
    found: datetime | None = await tx.driver.fetchval(
        "SELECT first_published_at FROM listing WHERE listing_id = $1", listing_id
    )
    return found


async def linked_providers(tx: Transaction, provider_id: UUID) -> set[UUID]:
    """The other accounts that are the same provider (6.5.11).

    The group whose state is the newest decides: while a move is on its way, an older one still names the account.
    """
    rows = await tx.driver.fetch(_GROUPS, str(provider_id))
    groups = [GroupChanged.model_validate_json(row["state"]) for row in rows]
    if not groups:
        return set()
    group = max(groups, key=lambda item: (item.changed_at, item.group_id))
    return {member.provider_id for member in group.members} - {provider_id}


async def lock_house(tx: Transaction, house: Collection[UUID]) -> None:
    """Submissions of one provider come one after the other, so that each one is compared with those before it."""
    await tx.driver.execute("SELECT pg_advisory_xact_lock(hashtextextended('house:' || $1, 0))", str(min(house)))


def bit_string(sketch: int) -> asyncpg.BitString:
    return asyncpg.BitString.from_int(sketch, BITS)


def _for(seeker: Seeker) -> tuple[Any, ...]:
    return seeker.listing_id, list(seeker.house), MOST_COMPARED


def _near(row: asyncpg.Record) -> Near:
    ended = row["lifecycle"] == Lifecycle.RETIRED
    return Near(row["listing_id"], row["provider_id"], row["name"], row["first_published_at"], ended)
