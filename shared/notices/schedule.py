"""When a delivery is tried again, and when it is given up. Pure."""

from datetime import datetime, timedelta

PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (10, 60, 300, 1_800, 3_600, 2 * 3_600, 4 * 3_600, 6 * 3_600, 10 * 3_600)
)
MOST_ATTEMPTS = len(PAUSES) + 1
# What waited behind others of its recipient is not tried for another day: a dead receiver's queue must come to an end.
LONGEST = timedelta(hours=25)


def next_attempt(attempts: int, asked_at: datetime, now: datetime) -> datetime | None:
    """The time of the attempt after `attempts` failed ones, or None when there will be none."""
    if attempts >= MOST_ATTEMPTS or now - asked_at > LONGEST:
        return None
    return now + PAUSES[attempts - 1]
