"""Where a partition is read from: a loss is detected, never assumed away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.position import Continue, Hole, Seen, StartOver, Stored, decide


@pytest.mark.parametrize(
    ("stored", "seen", "wanted"),
    [
        (None, Seen(0, 0, "c", ""), Continue(0)),
        (None, Seen(0, 9, "c", "first"), Continue(0)),
        (None, Seen(5, 9, "c", ""), Continue(5)),
        (Stored(4, "c", "first"), Seen(0, 9, "c", "first"), Continue(4)),
        (Stored(9, "c", "first"), Seen(0, 9, "c", "first"), Continue(9)),
        (Stored(4, "c", ""), Seen(0, 9, "c", "first"), Continue(4)),
        (Stored(4, "", ""), Seen(0, 9, "c", "first"), Continue(4)),
        (Stored(7, "c", "first"), Seen(5, 9, "c", ""), Continue(7)),
        (Stored(5, "c", "first"), Seen(5, 9, "c", ""), Continue(5)),
        (Stored(4, "c", "first"), Seen(5, 9, "c", ""), Hole(4, 5)),
        (Stored(0, "c", ""), Seen(5, 5, "c", ""), Hole(0, 5)),
    ],
)
def test_a_known_log_is_read_on_where_it_was_left(stored, seen, wanted):
    assert decide(stored, seen) == wanted


@pytest.mark.parametrize(
    ("stored", "seen"),
    [
        (Stored(4, "c", "first"), Seen(0, 9, "other", "first")),
        (Stored(4, "c", "first"), Seen(0, 0, "other", "")),
        (Stored(4, "c", "first"), Seen(0, 9, "c", "other")),
        (Stored(10, "c", "first"), Seen(0, 9, "c", "first")),
        (Stored(10, "c", "first"), Seen(0, 0, "c", "")),
    ],
)
def test_another_cluster_another_first_record_or_a_shorter_log_is_read_from_its_beginning(stored, seen):
    decided = decide(stored, seen)
    assert isinstance(decided, StartOver)
    assert decided.offset == seen.begin


_texts = st.sampled_from(["", "a", "b"])
_offsets = st.integers(0, 6)


@given(st.none() | st.builds(Stored, _offsets, _texts, _texts), _offsets, _offsets, _texts, _texts)
def test_nothing_is_ever_skipped_without_saying_so(stored, begin, length, cluster_id, first):
    decided = decide(stored, Seen(begin, begin + length, cluster_id, first))
    if isinstance(decided, Hole):
        assert stored is not None
        assert stored.next_offset < begin
    else:
        assert begin <= decided.offset <= begin + length
        assert decided.offset == begin or (stored is not None and decided.offset <= stored.next_offset)
