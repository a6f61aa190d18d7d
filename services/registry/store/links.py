"""Traits and the pairs they speak for: found with a bounded number of rows, however common a trait is.

Who writes a trait first locks its digest, so that of two accounts that come at once with the same one the second sees
the first. A hint too common to be heard is locked by nobody: half the market would wait in one line.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.registry import tables
from services.registry.domain.evidence import FAN_OUT
from services.registry.domain.proposal import Basis, Link, Pair
from services.registry.domain.trait import STRONG, Ground, TraitKind
from shared.contracts.effects import Cause, Effect
from shared.contracts.enforcement import RestrictionChanged
from shared.db.transaction import Transaction
from shared.errors import NotFound, StaleVersion

_columns = tables.link.c

_LOCK = """
SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended('trait:' || kind || ':' || encode(digest, 'hex'), 0) AS key
    FROM unnest($1::text[], $2::bytea[]) AS mine(kind, digest) ORDER BY 1
) AS keys
"""

_HOLDERS = """
SELECT mine.kind, mine.digest, other.provider_id
FROM unnest($1::text[], $2::bytea[]) AS mine(kind, digest)
CROSS JOIN LATERAL (
    SELECT t.provider_id FROM trait t
    WHERE t.kind = mine.kind AND t.digest = mine.digest AND t.provider_id <> $3 LIMIT $4
) AS other
"""

_REPLACE = f"""
WITH gone AS (
    DELETE FROM trait t USING unnest($5::text[], $6::bytea[]) AS old(kind, digest)
    WHERE t.provider_id = $3 AND t.kind = old.kind AND t.digest = old.digest
), kept AS (
    INSERT INTO trait (provider_id, kind, digest)
    SELECT $3, kind, digest FROM unnest($1::text[], $2::bytea[], $7::bool[]) AS s(kind, digest, is_new) WHERE is_new
)
{_HOLDERS}"""

_LINKS = """
SELECT link_id FROM link WHERE first_id = $1 AND (status = 'proposed' OR second_id = ANY ($2::uuid[]))
UNION ALL
SELECT link_id FROM link WHERE second_id = $1 AND (status = 'proposed' OR first_id = ANY ($2::uuid[]))
"""

_CONFIRMED = """
SELECT first_id, second_id, basis FROM link
WHERE status = 'confirmed' AND (first_id = ANY ($1::uuid[]) OR second_id = ANY ($1::uuid[]))
"""

_EXPELLED = """
SELECT t.kind, r.state::text AS state
FROM unnest($1::text[], $2::bytea[]) AS stated(kind, digest)
JOIN trait t ON t.kind = stated.kind AND t.digest = stated.digest AND t.provider_id IS DISTINCT FROM $3
JOIN restriction r ON r.key = 'provider:' || t.provider_id
"""

_TAKEN_BY_EXPULSION = frozenset(Effect) - {Effect.SETTLE}


async def traits(tx: Transaction, provider_id: UUID) -> set[Ground]:
    rows = await tx.driver.fetch("SELECT kind, digest FROM trait WHERE provider_id = $1", provider_id)
    return {(TraitKind(row["kind"]), row["digest"]) for row in rows}


async def lock_traits(tx: Transaction, grounds: Iterable[Ground], provider_id: UUID) -> None:
    """In one order for everybody, so that no two wait for each other."""
    heard = list(grounds)
    known = await holders(tx, heard, provider_id)
    waits = [ground for ground in heard if ground[0] in STRONG or len(known.get(ground, ())) < FAN_OUT]
    await tx.driver.execute(_LOCK, *_columns_of(waits))


async def holders(tx: Transaction, grounds: Iterable[Ground], provider_id: UUID) -> dict[Ground, list[UUID]]:
    """The other accounts with each trait: all of them, or the first `FAN_OUT` of a common one."""
    return _by_ground(await tx.driver.fetch(_HOLDERS, *_columns_of(grounds), provider_id, FAN_OUT))


async def replace_traits(
    tx: Transaction, provider_id: UUID, *, known: Collection[Ground], stated: Collection[Ground]
) -> dict[Ground, list[UUID]]:
    """Keeps what is stated now, and tells who else states it, in one round trip."""
    held = list(stated)
    kinds, digests = _columns_of(held)
    old = _columns_of(ground for ground in known if ground not in stated)
    added = [ground not in known for ground in held]
    return _by_ground(await tx.driver.fetch(_REPLACE, kinds, digests, provider_id, FAN_OUT, *old, added))


async def strong_traits(tx: Transaction, providers: Collection[UUID]) -> dict[UUID, set[Ground]]:
    """What each of the accounts states of its identity; an account without a word of it is there, too."""
    found: dict[UUID, set[Ground]] = {provider_id: set() for provider_id in providers}
    rows = await tx.driver.fetch(
        "SELECT provider_id, kind, digest FROM trait WHERE provider_id = ANY ($1::uuid[]) AND kind = ANY ($2::text[])",
        list(providers),
        sorted(STRONG),
    )
    for row in rows:
        found[row["provider_id"]].add((TraitKind(row["kind"]), row["digest"]))
    return found


async def expelled_kinds(tx: Transaction, grounds: Iterable[Ground], but: UUID | None) -> set[TraitKind]:
    """By which of these traits somebody is known who was expelled: all but the payout is blocked, without an end."""
    rows = await tx.driver.fetch(_EXPELLED, *_columns_of(grounds), but)
    return {
        TraitKind(row["kind"])
        for row in rows
        if any(_expels(tx, cause) for cause in RestrictionChanged.model_validate_json(row["state"]).causes)
    }


async def is_expelled(tx: Transaction, provider_id: UUID) -> bool:
    """Whether the provider itself was expelled."""
    state = await tx.driver.fetchval("SELECT state::text FROM restriction WHERE key = $1", f"provider:{provider_id}")
    return bool(state) and any(_expels(tx, cause) for cause in RestrictionChanged.model_validate_json(state).causes)


def _expels(tx: Transaction, cause: Cause) -> bool:
    return cause.until is None and all(cause.blocks(effect, tx.now) for effect in _TAKEN_BY_EXPULSION)


async def lock_link(tx: Transaction, link_id: UUID, version: int | None = None) -> Link:
    found = await tx.session.get(Link, link_id, with_for_update=True)
    if found is None:
        raise NotFound("There is no pair of accounts with this id")
    if version is not None and found.version != version:
        raise StaleVersion(f"The pair is at version {found.version} by now", version=found.version)
    return found


async def lock_links_of(tx: Transaction, provider_id: UUID, others: Collection[UUID]) -> Mapping[UUID, Link]:
    """Every pair of the account that is open, and those with `others`; by the other one's id. Most often none."""
    await tx.session.flush()
    ids = [row["link_id"] for row in await tx.driver.fetch(_LINKS, provider_id, list(others))]
    if not ids:
        return {}
    found = await tx.session.scalars(
        select(Link)
        .where(_columns.link_id.in_(ids))
        .order_by(_columns.link_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {link.second_id if link.first_id == provider_id else link.first_id: link for link in found}


async def forget_grounds(tx: Transaction, provider_id: UUID) -> None:
    """Pairs keep what was decided and which kinds agreed, but no digest of a provider whose persons are forgotten."""
    await tx.session.flush()
    await tx.driver.execute(
        "UPDATE link SET grounds = '{}', judged = '{}' WHERE first_id = $1 OR second_id = $1", provider_id
    )


async def lock_pair(tx: Transaction, pair: Pair) -> Link | None:
    found: Link | None = await tx.session.scalar(
        select(Link).where(_columns.first_id == pair[0], _columns.second_id == pair[1]).with_for_update()
    )
    return found


async def confirmed_among(tx: Transaction, providers: Collection[UUID]) -> dict[Pair, Basis]:
    """The confirmed pairs that touch one of the accounts, and on what ground each was confirmed."""
    await tx.session.flush()
    rows = await tx.driver.fetch(_CONFIRMED, list(providers))
    return {(row["first_id"], row["second_id"]): Basis(row["basis"]) for row in rows}


async def is_own(tx: Transaction, providers: Collection[UUID], account_id: str) -> bool:
    """Whether one of the providers is that of the account."""
    own = tables.provider.c
    found = select(own.provider_id).where(own.provider_id.in_(providers), own.account_id == account_id).limit(1)
    return await tx.session.scalar(found) is not None


def _by_ground(rows: Iterable[Mapping[str, Any]]) -> dict[Ground, list[UUID]]:
    found: dict[Ground, list[UUID]] = {}
    for row in rows:
        found.setdefault((TraitKind(row["kind"]), row["digest"]), []).append(row["provider_id"])
    return found


def _columns_of(grounds: Iterable[Ground]) -> tuple[list[str], list[bytes]]:
    held = list(grounds)
    return [kind.value for kind, _ in held], [digest for _, digest in held]
