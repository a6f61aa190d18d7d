"""When a delivery is tried again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.notices.schedule import LONGEST, MOST_ATTEMPTS, PAUSES, next_attempt

ASKED = datetime(2026, 3, 2, 10, tzinfo=UTC)
ages = st.timedeltas(timedelta(0), timedelta(days=3))


def test_all_attempts_together_take_about_a_day():
    assert timedelta(hours=20) < sum(PAUSES, timedelta()) < LONGEST


@given(st.integers(1, MOST_ATTEMPTS + 3), ages)
def test_a_delivery_is_given_up_after_its_last_attempt_or_its_longest_time_and_not_before(attempts, age):
    due = next_attempt(attempts, ASKED, ASKED + age)
    assert (due is None) == (attempts >= MOST_ATTEMPTS or age > LONGEST)


@given(st.integers(1, MOST_ATTEMPTS - 2))
def test_each_pause_is_longer_than_the_one_before(attempts):
    sooner, later = (next_attempt(number, ASKED, ASKED) for number in (attempts, attempts + 1))
    assert sooner is not None
    assert later is not None
    assert sooner < later
