"""`link_proposals`: all that an application asks about who is the same provider, among 100 000 accounts.

Ours is the whole `note_traits` of a new account: locks, its traits, finding and weighing who shares what, and writing
the proposals and the audit. The reference is the plain question, a self-join over the traits that ranks who shares
most; it reads every account of a common mail domain. Both are asked once of each of the same new
accounts, and nothing is kept: the slowest hundredth is judged as it came, whatever else the machine did meanwhile.
"""

import asyncio
import hashlib
import random
import statistics
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

import asyncpg

from deploy.devstack.postgres import EmbeddedPostgres
from deploy.devstack.processes import free_port
from services.registry.domain.provider import Profile, Provider
from services.registry.domain.trait import TraitKind
from services.registry.use_cases.links import note_traits
from shared.clock import utc_now
from shared.db import migrate
from shared.db.transaction import Database
from shared.ids import new_id
from shared.run import settle_memory

ACCOUNTS = 100_000
ASKED, WARM = 400, 50
GOAL_MS = 20
_INSERT = "INSERT INTO provider (provider_id, account_id, unified_social_credit_code, legal_name, registered_address,"
_INSERT += " website, standing, applied_at, version) SELECT id, id::text, id::text, 'n', 'a', 'w', 'admitted', now(), 1"
_INSERT += " FROM unnest($1::uuid[]) AS id"
_NAIVE = """
SELECT other.provider_id, count(*) FROM trait mine
JOIN trait other ON other.kind = mine.kind AND other.digest = mine.digest AND other.provider_id <> mine.provider_id
WHERE mine.provider_id = $1 GROUP BY 1 ORDER BY 2 DESC LIMIT 50
"""


def _of_sizes(rng: random.Random, alone: float, sizes: tuple[int, ...]) -> Callable[[], str]:
    """A value that stands alone with that probability, else one that about `size` accounts of the market share."""
    names = {size: max(1, int(ACCOUNTS * (1 - alone) / len(sizes) / size)) for size in sizes}

    def draw() -> str:
        if rng.random() < alone:
            return f"own-{rng.getrandbits(64):x}"
        size = rng.choice(sizes)
        return f"{size}-{rng.randrange(names[size])}"

    return draw


class Market:
    """What accounts state. Few share a code or a bank account; an agency's phone, a business park and a host many."""

    def __init__(self) -> None:
        rng = random.Random(4)
        self.draws = {
            TraitKind.CODE: _of_sizes(rng, 0.98, (2, 3)),
            TraitKind.REPRESENTATIVE: _of_sizes(rng, 0.95, (2, 5)),
            TraitKind.BANK_ACCOUNT: _of_sizes(rng, 0.97, (2, 4)),
            TraitKind.PHONE: _of_sizes(rng, 0.90, (2, 10, 40, 3_000)),
            TraitKind.MAIL_DOMAIN: _of_sizes(rng, 0.50, (5, 200, 5_000, 10_000)),
            TraitKind.ADDRESS: _of_sizes(rng, 0.80, (3, 45, 500)),
            TraitKind.WEBSITE: _of_sizes(rng, 0.85, (2, 30, 4_000)),
            TraitKind.CERTIFICATE: _of_sizes(rng, 0.98, (2,)),
        }

    def account(self) -> dict[TraitKind, list[bytes]]:
        twice = (TraitKind.PHONE, TraitKind.MAIL_DOMAIN)  # of two contacts
        return {
            kind: list({_digest(kind, draw()) for _ in range(2 if kind in twice else 1)})
            for kind, draw in self.draws.items()
        }


def _digest(kind: TraitKind, text: str) -> bytes:
    return hashlib.sha256(f"{kind}:{text}".encode()).digest()


async def _fill(url: str, market: Market) -> None:
    await migrate.upgrade("registry", url)
    driver = await asyncpg.connect(url)
    ids = [new_id() for _ in range(ACCOUNTS)]
    await driver.execute(_INSERT, ids)
    rows = (
        (provider_id, kind.value, digest)
        for provider_id in ids
        for kind, digests in market.account().items()
        for digest in digests
    )
    await driver.copy_records_to_table("trait", columns=["provider_id", "kind", "digest"], records=rows)
    await driver.execute("VACUUM ANALYZE provider, trait")
    await driver.close()


async def _ask(db: Database, traits: Mapping[TraitKind, list[bytes]]) -> tuple[float, float, int]:
    """Milliseconds of ours and of the reference, and how many pairs were proposed; the transaction is rolled back."""
    account = str(new_id())
    provider = Provider(new_id(), account, account, Profile("name"), applied_at=utc_now())
    try:
        async with db.transaction() as tx:
            tx.session.add(provider)
            await tx.session.flush()
            began = perf_counter()
            await note_traits(tx, provider, traits)
            await tx.session.flush()
            ours = perf_counter() - began
            began = perf_counter()
            await tx.driver.fetch(_NAIVE, provider.provider_id)
            naive = perf_counter() - began
            proposed = await tx.driver.fetchval(
                "SELECT count(*) FROM link WHERE $1 IN (first_id, second_id)", provider.provider_id
            )
            raise _NothingKept
    except _NothingKept:
        return ours * 1_000, naive * 1_000, proposed


class _NothingKept(Exception):  # noqa: N818 - how a transaction that is only measured ends
    pass


def _at(values: list[float], share: float) -> float:
    return sorted(values)[int(len(values) * share)]


async def run() -> dict[str, Any]:
    market = Market()
    with tempfile.TemporaryDirectory(prefix="links-", ignore_cleanup_errors=True) as folder:
        postgres = EmbeddedPostgres(Path(folder), free_port())
        try:
            postgres.start()
            await _fill(postgres.url(), market)
            db = Database("registry", postgres.url(), pool_size=1)
            settle_memory()
            asked = [await _ask(db, market.account()) for _ in range(WARM + ASKED)][WARM:]
            await db.close()
        finally:
            await asyncio.sleep(0)
            postgres.stop()
    ours, naive, proposed = (list(column) for column in zip(*asked, strict=True))
    value, reference = _at(ours, 0.99), _at(naive, 0.99)
    return {
        "name": "link_proposals",
        "value": round(value, 2),
        "unit": "ms p99",
        "reference": "a plain self-join over the same traits, p99",
        "reference_value": round(reference, 2),
        "ratio": round(value / reference, 3),
        "goal": f"< {GOAL_MS} ms",
        "pass": value < GOAL_MS,
        "p50_ms": round(statistics.median(ours), 2),
        "reference_p50_ms": round(statistics.median(naive), 2),
        "conditions": f"{ACCOUNTS} accounts, {ASKED} new ones, {statistics.mean(proposed):.1f} proposals each "
        f"and {max(proposed)} at most; with locks and writes, without the commit; each once",
    }
