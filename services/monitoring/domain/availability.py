"""Availability of a window: UP / (UP + DOWN) by time. Integers only: a band's edge must not depend on rounding."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.monitoring.domain.timeline import Span, State

SUFFICIENT_COVERAGE_PERCENT = 80


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


def measure(spans: Iterable[Span], from_ms: int, until_ms: int) -> Availability:
    """Sums disjoint spans inside [from_ms, until_ms)."""
    lasted = dict.fromkeys(State, 0)
    for span in spans:
        lasted[span.state] += max(0, min(span.until_ms, until_ms) - max(span.from_ms, from_ms))
    return Availability(
        window_ms=until_ms - from_ms,
        up_ms=lasted[State.UP],
        down_ms=lasted[State.DOWN],
        maintenance_ms=lasted[State.MAINTENANCE],
        suspended_ms=lasted[State.SUSPENDED],
    )
