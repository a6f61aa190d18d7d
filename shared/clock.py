"""The clock is injected wherever time matters, so that a test can move it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class SettableClock:
    """Stands still until it is moved. For tests; also usable as the process clock of a flow."""

    def __init__(self, at: datetime | None = None) -> None:
        self.at = at or utc_now()

    def __call__(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by
