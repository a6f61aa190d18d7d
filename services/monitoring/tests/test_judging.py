"""Votes, vantages and verdicts, as tables."""

from uuid import UUID

import pytest

from services.monitoring.domain.judging import Vote, decide, needs_confirmation
from services.monitoring.domain.timeline import State
from services.monitoring.domain.vantage import VantageRecord

UP, DOWN, UNKNOWN = State.UP, State.DOWN, State.UNKNOWN
NAMES = ("north", "south", "east")


def votes(pattern):
    """`+` answers, `-` fails, `?` may not look; the first look is at 100, the others follow."""
    ups = {"+": True, "-": False, "?": None}
    return [Vote(NAMES[n], 100 + 10 * n, ups[sign], f"reason {n}", f"hash {n}") for n, sign in enumerate(pattern)]


@pytest.mark.parametrize(
    ("believed", "pattern", "suspects", "expected"),
    [
        # what is believed already needs one look
        (UP, "+", "", UP),
        (UNKNOWN, "+", "", UP),
        (DOWN, "-", "", DOWN),
        # a change needs a second vantage
        (UP, "--", "", DOWN),
        (UNKNOWN, "--", "", DOWN),
        (DOWN, "++", "", UP),
        (UP, "-", "", UNKNOWN),
        (DOWN, "+", "", UNKNOWN),
        # a tie keeps the state
        (UP, "-+", "", UP),
        (DOWN, "+-", "", DOWN),
        (UNKNOWN, "-+", "", UNKNOWN),
        # strict majority of three
        (UP, "--+", "", DOWN),
        (UP, "-++", "", UP),
        (DOWN, "++-", "", UP),
        # a suspect has no vote
        (UP, "--", "north", UNKNOWN),
        (UP, "--", "north south", UNKNOWN),
        (UP, "-+", "north", UP),
        (UP, "+-", "south", UP),
        (DOWN, "++", "north", UNKNOWN),
        (DOWN, "-", "north", UNKNOWN),
        (UP, "---", "north", DOWN),
        # where we may not look, we say nothing
        (UP, "??", "", UNKNOWN),
        (UP, "-?", "", UNKNOWN),
        (UP, "?+", "", UP),
        (UP, "?--", "", DOWN),
    ],
)
def test_a_verdict(believed, pattern, suspects, expected):
    assert decide(believed, votes(pattern), suspects.split()).state is expected


def test_a_failure_dates_back_to_its_first_look():
    verdict = decide(UP, votes("--"), ())
    assert (verdict.at_ms, verdict.seen_ms, verdict.reason) == (100, 110, "reason 0")
    assert [vote.evidence_hash for vote in verdict.failing] == ["hash 0", "hash 1"]


def test_a_recovery_dates_back_to_its_first_good_look():
    assert decide(DOWN, votes("-++"), ()).at_ms == 110


@pytest.mark.parametrize(
    ("believed", "pattern", "suspects", "expected"),
    [
        (UP, "+", "", False),
        (UP, "-", "", True),
        (DOWN, "-", "", False),
        (DOWN, "+", "", True),
        (UNKNOWN, "+", "", False),
        (UNKNOWN, "-", "", True),
        (UP, "?", "", True),
        (UP, "+", "north", True),
    ],
)
def test_when_others_must_look_too(believed, pattern, suspects, expected):
    assert needs_confirmation(believed, votes(pattern)[0], suspects.split()) is expected


def record_of(total, failing, at_ms=100):
    record = VantageRecord(suspect_percent=50, minimum=5)
    for number in range(total):
        record.note(UUID(int=number), at_ms + number, up=number >= failing)
    return record


@pytest.mark.parametrize(
    ("total", "failing", "expected"),
    [(10, 5, True), (10, 4, False), (5, 3, True), (4, 4, False), (0, 0, False), (1000, 499, False), (1000, 500, True)],
)
def test_a_vantage_from_which_too_many_fail_is_suspect(total, failing, expected):
    assert record_of(total, failing).is_suspect(since_ms=10**9) is expected


def test_the_first_seconds_of_our_own_fault_are_noticed_before_all_have_failed():
    record = record_of(1000, 0)
    for number in range(5):
        record.note(UUID(int=number), 5000, up=False)
    assert record.is_suspect(since_ms=5000)
    assert not record.is_suspect(since_ms=5001)


def test_one_failing_target_among_good_ones_leaves_the_vantage_trusted():
    record = record_of(1000, 0)
    record.note(UUID(int=0), 5000, up=False)
    for number in range(1, 5):
        record.note(UUID(int=number), 5000, up=True)
    assert not record.is_suspect(since_ms=5000)


def test_witnesses_are_others_that_were_good_and_not_looked_at_since():
    record = record_of(20, 0)
    record.note(UUID(int=7), 5000, up=False)
    asked = record.witnesses(since_ms=5000)
    assert len(asked) == 4
    assert UUID(int=7) not in asked


def test_with_too_few_targets_nobody_can_bear_witness():
    assert record_of(4, 1).witnesses(since_ms=5000) == []


def test_the_long_dead_do_not_make_a_vantage_suspect():
    record = record_of(10, 6)
    for number in range(6):
        record.forget(UUID(int=number))
    assert not record.is_suspect(since_ms=0)
    assert len(record) == 4
