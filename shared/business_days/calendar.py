"""Business days of the State Council's calendar: pure arithmetic over what is published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

# One zone since 1949, without daylight saving since 1991.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
ONE_DAY = timedelta(days=1)
DAYS_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Deadline:
    """`due_at` is the first instant that is too late. A provisional one reaches days that nobody has published yet."""

    due_at: datetime
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """`days` holds only those that differ from Monday to Friday: whether one is worked on."""

    years: frozenset[int]
    days: Mapping[date, bool]

    def is_business_day(self, day: date) -> bool:
        return self.days.get(day, day.weekday() < 5)

    def is_settled(self, day: date) -> bool:
        """The last days of December may be moved by the notice that arranges the next year's first of January."""
        turns = (day.month, day.day) >= (12, 28)
        return day.year in self.years and (not turns or day.year + 1 in self.years)

    def nth_after(self, day: date, n: int) -> tuple[date, bool]:
        """The n-th business day after `day`, and whether every day up to it is settled."""
        if not 1 <= n <= DAYS_MOST:
            raise ValueError(f"a deadline is 1 to {DAYS_MOST} business days away, not {n}")
        settled = True
        while n:
            day += ONE_DAY
            settled = settled and self.is_settled(day)
            n -= self.is_business_day(day)
        return day, settled

    def add_business_days(self, start: datetime, n: int) -> Deadline:
        """The day of `start` does not count, and the last day counts to its end (Civil Code 201, 203), in Shanghai."""
        last, settled = self.nth_after(start.astimezone(SHANGHAI).date(), n)
        end = datetime.combine(last + ONE_DAY, time(), SHANGHAI)
        return Deadline(end.astimezone(UTC), not settled)
