"""The arithmetic of business days, and the published days against a second source."""

from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.business_days import SHANGHAI, Calendar, known_days

KNOWN = known_days()
CALENDAR = Calendar(frozenset(KNOWN), {day: named.is_working for year in KNOWN.values() for day, named in year.items()})
FIRST, LAST = date(min(KNOWN), 1, 1), date(max(KNOWN), 12, 31)
ALL_DAYS = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
# Worked on in exchange for 3 January 2006, which our source leaves out; it is right about everything since.
DISAGREEMENTS = {date(2005, 12, 31)}

instants = st.integers(0, 27 * 365 * 24 * 60).map(
    lambda minutes: datetime(2004, 1, 2, tzinfo=UTC) + timedelta(minutes=minutes)
)
counts = st.integers(1, 60)


def at(day: str, time: str = "10:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=SHANGHAI)


def test_the_days_as_kept_are_the_days_as_the_library_tells_them():
    assert [day for day in ALL_DAYS if CALENDAR.is_business_day(day) is not chinese_calendar.is_workday(day)] == []


def test_a_second_source_agrees_but_for_the_days_named_here():
    other = holidays.country_holidays("CN", years=range(FIRST.year - 1, LAST.year + 1))
    assert {day for day in ALL_DAYS if CALENDAR.is_business_day(day) is not other.is_working_day(day)} == DISAGREEMENTS


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (at("2026-03-02"), 1, at("2026-03-04", "00:00")),  # the day itself does not count, the last one counts whole
        (at("2026-03-02", "00:00"), 1, at("2026-03-04", "00:00")),
        (at("2026-03-02", "23:59"), 1, at("2026-03-04", "00:00")),
        (at("2026-03-06"), 1, at("2026-03-10", "00:00")),  # over a weekend
        (at("2026-02-13"), 1, at("2026-02-15", "00:00")),  # a Saturday worked before the spring festival
        (at("2026-02-14"), 1, at("2026-02-25", "00:00")),  # and the whole festival after it
        (at("2026-09-30"), 2, at("2026-10-10", "00:00")),
    ],
)
def test_deadlines_of_known_weeks(start, days, due):
    assert CALENDAR.add_business_days(start, days).due_at == due


def test_the_day_is_shanghais_and_not_the_callers():
    evening_in_london = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)  # already the third in Shanghai
    assert CALENDAR.add_business_days(evening_in_london, 1).due_at == at("2026-03-05", "00:00")


@pytest.mark.parametrize(
    ("start", "days", "is_provisional"),
    [
        ("2026-12-01", 5, False),
        ("2026-12-24", 1, False),
        ("2026-12-24", 3, True),  # may be moved by the notice for 2027
        ("2026-12-31", 1, True),
        ("2025-12-24", 3, False),  # 2026 is published
        ("2027-03-01", 1, True),
    ],
)
def test_a_deadline_that_reaches_unpublished_days_is_provisional(start, days, is_provisional):
    assert CALENDAR.add_business_days(at(start), days).is_provisional is is_provisional


@pytest.mark.parametrize("n", [0, -1, 1_001])
def test_a_deadline_is_a_sane_number_of_days_away(n):
    with pytest.raises(ValueError, match="business days away"):
        CALENDAR.add_business_days(at("2026-03-02"), n)


@given(instants, counts, counts)
def test_waiting_for_some_days_and_then_for_more_is_waiting_for_all_of_them(start, some, more):
    day = start.date()
    assert CALENDAR.nth_after(CALENDAR.nth_after(day, some)[0], more)[0] == CALENDAR.nth_after(day, some + more)[0]


@given(instants, instants, counts)
def test_who_starts_later_is_never_due_earlier(one, other, n):
    earlier, later = sorted((one, other))
    assert CALENDAR.add_business_days(earlier, n).due_at <= CALENDAR.add_business_days(later, n).due_at


@given(instants, counts)
def test_exactly_n_business_days_lie_before_a_deadline_and_its_last_day_is_one(start, n):
    due = CALENDAR.add_business_days(start, n).due_at
    first, end = start.astimezone(SHANGHAI).date(), due.astimezone(SHANGHAI).date()
    between = [first + timedelta(days=number) for number in range(1, (end - first).days)]
    assert sum(map(CALENDAR.is_business_day, between)) == n
    assert CALENDAR.is_business_day(between[-1])
    assert due.astimezone(SHANGHAI).time() == datetime.min.time()


@given(instants, counts)
def test_more_published_years_never_make_a_firm_deadline_provisional(start, n):
    fewer = Calendar(frozenset(year for year in CALENDAR.years if year < 2020), CALENDAR.days)
    if not fewer.add_business_days(start, n).is_provisional:
        assert CALENDAR.add_business_days(start, n) == fewer.add_business_days(start, n)
