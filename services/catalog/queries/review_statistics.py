"""What each reviewer did within a window of time. The cost grows with the window, never with the history before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.db.transaction import Transaction

# Each window is read from an index by time. A first approval counts where it was given, a decision where it was made.
_STATISTICS = """
WITH made AS (
    SELECT decided_by AS reviewer, decision, extract(epoch FROM decided_at - opened_at)::float8 AS seconds,
           decided_at >= due_at AS is_overdue
    FROM review
    WHERE state = 'decided' AND decided_at >= $1 AND decided_at < $2 AND ($3::text IS NULL OR decided_by = $3)
), decided AS (
    SELECT reviewer, count(*) AS decided, count(*) FILTER (WHERE decision = 'approve') AS approved,
           count(*) FILTER (WHERE decision = 'request_changes') AS changes_requested,
           count(*) FILTER (WHERE decision = 'reject') AS rejected,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median_seconds,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) AS p90_seconds,
           avg(is_overdue::int)::float8 AS overdue_share
    FROM made GROUP BY reviewer
), first AS (
    SELECT first_by AS reviewer, count(*) AS first_approvals, count(*) FILTER (WHERE is_overruled) AS overruled
    FROM review
    WHERE first_at IS NOT NULL AND first_at >= $1 AND first_at < $2 AND ($3::text IS NULL OR first_by = $3)
    GROUP BY first_by
), sampled AS (
    SELECT by AS reviewer, count(*) AS sampled, count(*) FILTER (WHERE state = 'disagreed') AS disagreed
    FROM review_sample CROSS JOIN unnest(deciders) AS by
    WHERE state <> 'open' AND decided_at >= $1 AND decided_at < $2 AND ($3::text IS NULL OR by = $3)
    GROUP BY by
)
SELECT reviewer, coalesce(decided, 0) AS decided, coalesce(approved, 0) AS approved,
       coalesce(changes_requested, 0) AS changes_requested, coalesce(rejected, 0) AS rejected,
       median_seconds, p90_seconds, overdue_share, coalesce(first_approvals, 0) AS first_approvals,
       coalesce(overruled, 0) AS overruled, coalesce(sampled, 0) AS sampled, coalesce(disagreed, 0) AS disagreed
FROM decided FULL JOIN first USING (reviewer) FULL JOIN sampled USING (reviewer)
ORDER BY reviewer
"""


@dataclass(frozen=True, slots=True)
class Statistics:
    """`seconds` run from the submission to the decision. What has no number yet is None."""

    reviewer: str
    decided: int
    approved: int
    changes_requested: int
    rejected: int
    median_seconds: float | None
    p90_seconds: float | None
    overdue_share: float | None
    first_approvals: int
    overruled: int
    sampled: int
    disagreed: int


async def statistics(tx: Transaction, from_: datetime, until: datetime, only_of: str | None) -> Sequence[Statistics]:
    rows = await tx.driver.fetch(_STATISTICS, from_, until, only_of)
    return [Statistics(**dict(row)) for row in rows]
