"""Availability of a window: UP / (UP + DOWN) by time. Integers only: a band's edge must not depend on rounding."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.monitoring.domain.timeline import Span, State

SUFFICIENT_COVERAGE_PERCENT = 80
WINDOW = timedelta(days=7)
"""What is told of a listing is its availability over so long (6.3.2)."""
TOLD_AGAIN_AFTER = timedelta(days=1)
_YOUNG = timedelta(hours=1)
_SOONEST, _LATEST = timedelta(seconds=10), timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Availability:
    """How long each state lasted inside a window. What nobody measured is UNKNOWN, never up and never down."""

    window_ms: int
    up_ms: int = 0
    down_ms: int = 0
    maintenance_ms: int = 0
    suspended_ms: int = 0

    @property
    def measured_ms(self) -> int:
        return self.up_ms + self.down_ms

    @property
    def unknown_ms(self) -> int:
        return self.window_ms - self.measured_ms - self.maintenance_ms - self.suspended_ms

    @property
    def percent(self) -> str | None:
        """Rounded down to three decimals, so that a single failure never reads as 100; None if nothing was measured."""
        if self.measured_ms == 0:
            return None
        thousandths = 100_000 * self.up_ms // self.measured_ms
        return f"{thousandths // 1000}.{thousandths % 1000:03}"

    @property
    def per_mille(self) -> int | None:
        """As precisely as it is shown; rounded down as well."""
        return None if self.measured_ms == 0 else 1000 * self.up_ms // self.measured_ms

    @property
    def coverage_percent(self) -> str:
        """The part of the window that counts and was measured. Maintenance and our own restrictions do not count."""
        countable = self.window_ms - self.maintenance_ms - self.suspended_ms
        thousandths = 100_000 * self.measured_ms // countable if countable else 0
        return f"{thousandths // 1000}.{thousandths % 1000:03}"

    @property
    def is_sufficient(self) -> bool:
        """Too little was measured for a verdict otherwise: our own gaps must not punish anybody."""
        countable = self.window_ms - self.maintenance_ms - self.suspended_ms
        return self.measured_ms > 0 and 100 * self.measured_ms >= SUFFICIENT_COVERAGE_PERCENT * countable


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of a listing last, in thousandths; None: that nothing was measured."""

    per_mille: int | None
    at: datetime


def is_news(found: Availability, told: Told | None, at: datetime) -> bool:
    """Worth a fact: never told, shown differently now, or told a day ago."""
    return told is None or told.per_mille != found.per_mille or at - told.at >= TOLD_AGAIN_AFTER


def look_again_after(found: Availability, followed_for: timedelta) -> timedelta:
    """A thousandth can only change after a thousandth of what was measured; a new target soon has its first looks."""
    if found.measured_ms == 0 and followed_for >= _YOUNG:
        return _LATEST
    return min(max(timedelta(milliseconds=found.measured_ms // 1000), _SOONEST), _LATEST)


def as_share(per_mille: int | None) -> float | None:
    return None if per_mille is None else per_mille / 1000


def measure(
    spans: Iterable[Span], from_ms: int, until_ms: int, ended: Mapping[State, int] | None = None
) -> Availability:
    """Sums disjoint spans inside [from_ms, until_ms), on top of how long each state that `ended` lasted there."""
    lasted = dict.fromkeys(State, 0) | dict(ended or {})
    for span in spans:
        lasted[span.state] += max(0, min(span.until_ms, until_ms) - max(span.from_ms, from_ms))
    return Availability(
        window_ms=until_ms - from_ms,
        up_ms=lasted[State.UP],
        down_ms=lasted[State.DOWN],
        maintenance_ms=lasted[State.MAINTENANCE],
        suspended_ms=lasted[State.SUSPENDED],
    )
