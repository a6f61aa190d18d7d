"""Which prober looks at which target. A prober that stops saying it is alive loses all that it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.monitoring.domain.judging import Verdict
from services.monitoring.domain.target import hold_ms
from services.monitoring.domain.timeline import State, Timeline, milliseconds
from shared.db.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Leased:
    """A target to look at, with the state that holds at this moment."""

    listing_id: UUID
    url: str
    interval_ms: int
    timeout_ms: int
    state: State


# The database's clock, not the workers': a lease must not depend on how well two machines agree on the time.
_ALIVE = """
INSERT INTO prober (name, alive_until) VALUES ($1, clock_timestamp() + $2 * interval '1 millisecond')
ON CONFLICT (name) DO UPDATE SET alive_until = excluded.alive_until
"""
_TAKE = """
WITH free AS (
    SELECT listing_id FROM target t
    WHERE leased_by <> $1
      AND NOT EXISTS (SELECT 1 FROM prober p WHERE p.name = t.leased_by AND p.alive_until > clock_timestamp())
    LIMIT greatest(0, $2 - (SELECT count(*) FROM target WHERE leased_by = $1))
    FOR UPDATE SKIP LOCKED
)
UPDATE target t SET leased_by = $1, interval_ms = $3, timeout_ms = $4
FROM free WHERE t.listing_id = free.listing_id
"""
# A retired listing is looked at for as long as somebody is entitled to it: by a running subscription, or because its
# provider is on its way out and serves everybody until 30 days after the longest one (7.4).
_MINE = """
SELECT listing_id, url, interval_ms, timeout_ms, state, since_ms, held_until_ms FROM target t
WHERE leased_by = $1 AND state <> 'suspended'
  AND (NOT is_retired OR EXISTS (
      SELECT 1 FROM subscription s
      WHERE s.listing_id = t.listing_id AND s.status = 'active' AND s.ends_at > clock_timestamp()) OR EXISTS (
      SELECT 1 FROM provider p JOIN subscription s ON s.listing_id = t.listing_id
      WHERE p.key = t.provider_id::text AND s.status <> 'terminated'
        AND s.ends_at > (p.state ->> 'serves_out_since')::timestamptz
        AND s.ends_at + interval '30 days' > clock_timestamp()))
"""


async def renew(
    tx: Transaction, prober: str, *, most: int, lease_ms: int, interval_ms: int, timeout_ms: int
) -> list[Leased]:
    """Says that the prober is alive, takes free targets up to `most`, and returns those that it is to look at now."""
    await tx.driver.execute(_ALIVE, prober, lease_ms)
    await tx.driver.execute(_TAKE, prober, most, interval_ms, timeout_ms)
    now_ms = milliseconds(tx.now)
    return [
        Leased(
            row["listing_id"],
            row["url"],
            row["interval_ms"],
            row["timeout_ms"],
            Timeline(State(row["state"]), row["since_ms"], row["held_until_ms"]).at(now_ms),
        )
        for row in await tx.driver.fetch(_MINE, prober)
    ]


async def give_back(tx: Transaction, prober: str) -> None:
    """The prober stops: its targets are free at once."""
    await tx.driver.execute("DELETE FROM prober WHERE name = $1", prober)


# What only confirms the state that a target has already: one statement for all. The rest is judged one by one.
_EXTEND = """
UPDATE target t
SET held_until_ms = greatest(t.held_until_ms, n.held_until_ms), seen_ms = n.seen_ms, problem = n.problem
FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
    AS n(listing_id, state, at_ms, seen_ms, held_until_ms, problem)
WHERE t.listing_id = n.listing_id AND t.leased_by = $1 AND t.state = n.state AND t.held_until_ms >= n.at_ms
RETURNING t.listing_id
"""


async def extend(tx: Transaction, prober: str, verdicts: Sequence[tuple[UUID, int, Verdict]]) -> set[UUID]:
    """Extends the hold of targets (with their interval) whose state did not change; returns those extended."""
    rows = await tx.driver.fetch(
        _EXTEND,
        prober,
        [listing_id for listing_id, _, _ in verdicts],
        [verdict.state for _, _, verdict in verdicts],
        [verdict.at_ms for _, _, verdict in verdicts],
        [verdict.seen_ms for _, _, verdict in verdicts],
        [verdict.seen_ms + hold_ms(interval_ms) for _, interval_ms, verdict in verdicts],
        [verdict.reason for _, _, verdict in verdicts],
    )
    return {row["listing_id"] for row in rows}
