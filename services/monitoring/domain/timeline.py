"""The state of one target over time: half-open intervals in whole milliseconds UTC. UNKNOWN is a state of its own."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FOREVER = 2**62


class State(StrEnum):
    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"
    MAINTENANCE = "maintenance"
    SUSPENDED = "suspended"


def milliseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)


def instant(at_ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=at_ms)


MEASURED = (State.UP, State.DOWN)


@dataclass(frozen=True, slots=True)
class Span:
    """`from_ms` is inside, `until_ms` is not."""

    state: State
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """The open end: `state` since `since_ms`; a measured state is believed only until `held_until_ms`."""

    state: State
    since_ms: int
    held_until_ms: int = FOREVER

    def at(self, at_ms: int) -> State:
        return self.state if at_ms < self.held_until_ms else State.UNKNOWN

    def down_ended_ms(self, at_ms: int) -> int:
        """When the DOWN that an outage rests on was last known to be true. UNKNOWN follows DOWN without a gap."""
        return min(at_ms, self.held_until_ms) if self.state is State.DOWN else self.since_ms

    def turn(self, state: State, at_ms: int, held_until_ms: int = FOREVER) -> "tuple[Timeline, tuple[Span, ...]]":
        """The timeline after `state` was found at `at_ms`, and the spans that thereby ended.

        Nothing is carried over a gap: from the end of the last hold to `at_ms` the state was UNKNOWN.
        """
        at_ms = max(at_ms, self.since_ms)
        if state not in MEASURED:
            held_until_ms = FOREVER
        if self.held_until_ms < at_ms:
            gap = Timeline(State.UNKNOWN, max(self.held_until_ms, self.since_ms))
            after, more = gap.turn(state, at_ms, held_until_ms)
            return after, (*self._until(gap.since_ms), *more)
        if state is self.state:
            return replace(self, held_until_ms=max(self.held_until_ms, held_until_ms)), ()
        return Timeline(state, at_ms, held_until_ms), self._until(at_ms)

    def _until(self, at_ms: int) -> tuple[Span, ...]:
        return (Span(self.state, self.since_ms, at_ms),) if self.since_ms < at_ms else ()

    def suspend(self, at_ms: int) -> "tuple[Timeline, tuple[Span, ...]]":
        """SUSPENDED from `at_ms`, which may lie before the open end: then what was measured after it does not count."""
        if at_ms < self.since_ms:
            return Timeline(State.SUSPENDED, at_ms), ()
        return self.turn(State.SUSPENDED, at_ms)

    def spans(self, until_ms: int) -> tuple[Span, ...]:
        """The open end as spans up to `until_ms`."""
        known_until = min(self.held_until_ms, until_ms)
        spans = [Span(self.state, self.since_ms, known_until), Span(State.UNKNOWN, known_until, until_ms)]
        return tuple(span for span in spans if span.from_ms < span.until_ms)
