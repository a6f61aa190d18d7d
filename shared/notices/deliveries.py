"""Deliveries in the database: claimed for a while, settled by who still holds the claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg

from shared.notices.metrics import DELIVERED, GIVEN_UP, OLDEST_SECONDS, PENDING
from shared.notices.notice import Channel
from shared.notices.outcome import Delivered, NotDelivered, Outcome
from shared.notices.schedule import next_attempt

if TYPE_CHECKING:
    from shared.db.transaction import Transaction

# Longer than an attempt can take; what a process that died had claimed is due again after it.
CLAIMED_FOR = timedelta(minutes=2)
ERROR_MOST = 300

# Only the oldest that waits for a recipient on a channel may go: the next one follows when it is settled. Asked for by
# a subquery, which walks the index of what is due and stops at the limit; an anti-join would read all that waits.
_CLAIM = """
UPDATE notice_delivery d SET claimed_until = $2, attempts = d.attempts + 1
FROM (
    SELECT h.delivery_id FROM notice_delivery h
    WHERE h.state = 'pending' AND h.due_at <= $1 AND (h.claimed_until IS NULL OR h.claimed_until <= $1)
      AND h.position = (SELECT e.position FROM notice_delivery e
                        WHERE e.state = 'pending' AND e.recipient = h.recipient AND e.channel = h.channel
                        ORDER BY e.position LIMIT 1)
    ORDER BY h.due_at LIMIT $3 FOR UPDATE SKIP LOCKED
) AS head, notice n
WHERE d.delivery_id = head.delivery_id AND n.notice_id = d.notice_id
RETURNING d.delivery_id, d.channel, d.attempts, d.asked_at, d.claimed_until, n.notice_id, n.recipient, n.kind,
          n.title_zh, n.body_zh, n.title_en, n.body_en, n.link, n.created_at
"""
_SETTLE = """
UPDATE notice_delivery SET state = $3, due_at = coalesce($4, due_at), settled_at = $5, last_error = $6,
                           claimed_until = NULL
WHERE delivery_id = $1 AND claimed_until = $2 AND state = 'pending'
"""
_WAITING = """
SELECT count(*) AS pending, coalesce(extract(epoch FROM $1 - min(asked_at)), 0)::float8 AS age
FROM notice_delivery WHERE state = 'pending'
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    delivery_id: UUID
    channel: Channel
    attempts: int
    asked_at: datetime
    claimed_until: datetime
    notice_id: UUID
    recipient: str
    kind: str
    title_zh: str
    body_zh: str
    title_en: str
    body_en: str
    link: str
    created_at: datetime


async def claim(tx: "Transaction", most: int) -> Sequence[Claimed]:
    """Those that are due, at most one of each recipient and channel. Each claim counts as an attempt."""
    rows: Sequence[asyncpg.Record] = await tx.driver.fetch(_CLAIM, tx.now, tx.now + CLAIMED_FOR, most)
    return [Claimed(**{**dict(row), "channel": Channel(row["channel"])}) for row in rows]


async def settle(tx: "Transaction", claimed: Claimed, outcome: Outcome) -> None:
    """Writes what came of it, unless the claim ran out and somebody else holds it, or the channel was switched off."""
    due_at, reason = None, ""
    if isinstance(outcome, Delivered):
        state = "delivered"
    elif isinstance(outcome, NotDelivered):
        reason = outcome.reason[:ERROR_MOST]
        due_at = None if outcome.is_final else next_attempt(claimed.attempts, claimed.asked_at, tx.now)
        state = "failed" if due_at is None else "pending"
    else:
        state, reason = "off", outcome.reason
    settled_at = None if state == "pending" else tx.now
    done = await tx.driver.execute(
        _SETTLE, claimed.delivery_id, claimed.claimed_until, state, due_at, settled_at, reason
    )
    if done != "UPDATE 1" or state == "pending":
        return
    counter = {"delivered": DELIVERED, "failed": GIVEN_UP}.get(state)
    if counter is not None:
        counter.labels(tx.service, claimed.channel).inc()
    tx.record(
        "settle_delivery",
        f"notice:{claimed.notice_id}",
        new={"channel": claimed.channel, "state": state, "attempts": claimed.attempts},
        reason=reason,
    )


async def measure(tx: "Transaction") -> None:
    row = await tx.driver.fetchrow(_WAITING, tx.now)
    PENDING.labels(tx.service).set(row["pending"])
    OLDEST_SECONDS.labels(tx.service).set(max(0.0, row["age"]))
