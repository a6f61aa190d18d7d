"""Interval arithmetic against a model that looks at every single millisecond."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from services.monitoring.domain.availability import Availability, measure
from services.monitoring.domain.timeline import FOREVER, Span, State, Timeline, instant, milliseconds

END = 400
found = st.tuples(
    st.sampled_from([State.UP, State.DOWN, State.UNKNOWN, State.SUSPENDED]), st.integers(1, 60), st.integers(0, 50)
)


def by_the_millisecond(findings):
    """The state of each millisecond in [0, END): the newest finding's, for as long as it is held."""
    states = [State.UNKNOWN] * END
    at = 0
    held, last = 0, State.UNKNOWN
    for state, after, hold in findings:
        at += after
        # The same state seen again never shortens what an earlier look held.
        same = at <= held and state is last
        held = max(held, at + hold) if same else at + hold
        if state in (State.UNKNOWN, State.SUSPENDED):
            held = FOREVER
        last = state
        for moment in range(at, END):
            states[moment] = state if moment < held else State.UNKNOWN
    return states


def by_intervals(findings):
    spans: list[Span] = []
    timeline, at = Timeline(State.UNKNOWN, 0), 0
    for state, after, hold in findings:
        at += after
        timeline, ended = timeline.turn(state, at, at + hold)
        spans += ended
    return [*spans, *timeline.spans(END)]


@given(st.lists(found, max_size=12), st.integers(0, END - 1), st.integers(1, END))
@settings(max_examples=300, deadline=None)
def test_intervals_agree_with_looking_at_every_millisecond(findings, begin, length):
    states = by_the_millisecond(findings)
    window = range(begin, min(END, begin + length))
    measured = measure(by_intervals(findings), begin, window.stop)
    counted = {state: sum(states[moment] is state for moment in window) for state in State}
    assert measured.up_ms == counted[State.UP]
    assert measured.down_ms == counted[State.DOWN]
    assert measured.suspended_ms == counted[State.SUSPENDED]
    assert measured.unknown_ms == counted[State.UNKNOWN]


@given(st.lists(found, max_size=12))
@settings(max_examples=200, deadline=None)
def test_spans_never_overlap_and_leave_no_hole(findings):
    spans = sorted(by_intervals(findings), key=lambda span: span.from_ms)
    inside = [span for span in spans if span.from_ms < END]
    assert all(span.from_ms < span.until_ms for span in inside)
    assert all(one.until_ms == next_.from_ms for one, next_ in pairwise(inside))


def test_the_same_state_goes_on_without_a_new_span():
    timeline, ended = Timeline(State.UP, 0, 100).turn(State.UP, 60, 160)
    assert (timeline, ended) == (Timeline(State.UP, 0, 160), ())


def test_a_gap_reads_unknown_even_between_two_good_looks():
    timeline, ended = Timeline(State.UP, 0, 100).turn(State.UP, 300, 400)
    assert ended == (Span(State.UP, 0, 100), Span(State.UNKNOWN, 100, 300))
    assert timeline == Timeline(State.UP, 300, 400)


def test_a_verdict_holds_no_longer_than_it_says():
    timeline = Timeline(State.DOWN, 0, 100)
    assert (timeline.at(99), timeline.at(100)) == (State.DOWN, State.UNKNOWN)


def test_a_suspension_reaches_back_over_what_was_measured_meanwhile():
    assert Timeline(State.DOWN, 500, 900).suspend(200) == (Timeline(State.SUSPENDED, 200), ())


def test_instants_are_whole_milliseconds():
    assert milliseconds(instant(1_772_438_400_123)) == 1_772_438_400_123


def test_availability_is_a_ratio_of_times_rounded_down():
    assert Availability(window_ms=3, up_ms=2, down_ms=1).percent == "66.666"
    assert Availability(window_ms=10**9, up_ms=10**9 - 1, down_ms=1).percent == "99.999"


def test_nothing_measured_is_neither_up_nor_down():
    nothing = measure([], 0, 1000)
    assert (nothing.percent, nothing.is_sufficient, nothing.unknown_ms) == (None, False, 1000)


def test_half_up_at_one_pace_and_half_down_at_another_is_a_half():
    """A ratio of looks would say 83 %: it depends on how often one looks."""
    half = 302_400_000
    assert measure([Span(State.UP, 0, half), Span(State.DOWN, half, 2 * half)], 0, 2 * half).percent == "50.000"


def test_maintenance_and_suspension_leave_both_sides_and_the_coverage():
    spans = [Span(State.UP, 0, 40), Span(State.MAINTENANCE, 40, 70), Span(State.SUSPENDED, 70, 100)]
    measured = measure(spans, 0, 100)
    assert (measured.percent, measured.coverage_percent, measured.is_sufficient) == ("100.000", "100.000", True)


def test_too_little_measured_is_no_verdict():
    assert not measure([Span(State.DOWN, 0, 79)], 0, 100).is_sufficient
    assert measure([Span(State.DOWN, 0, 80)], 0, 100).is_sufficient
