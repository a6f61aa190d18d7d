"""Slots: at the same place in each interval, spread evenly, never caught up when late."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from services.monitoring.prober.schedule import Schedule, place
from shared.ids import new_id

INTERVAL = 1_000


def a_schedule(*intervals, now_ms=0):
    schedule = Schedule()
    listings = [new_id() for _ in intervals]
    schedule.follow(dict(zip(listings, intervals, strict=True)), now_ms)
    return schedule, listings


def test_targets_are_spread_over_the_interval():
    tenths = Counter(place(new_id(), INTERVAL) // 100 for _ in range(2_000))
    assert len(tenths) == 10
    assert all(100 < number < 300 for number in tenths.values())


def test_a_target_comes_once_in_each_interval_at_its_own_place():
    schedule, (listing,) = a_schedule(INTERVAL)
    due = [slot.due_ms for now in range(0, 10_000, 7) for slot in schedule.due(now)]
    assert [at % INTERVAL for at in due] == [place(listing, INTERVAL)] * len(due)
    assert len(due) in (9, 10)
    assert schedule.late == 0


def test_another_prober_finds_the_same_slots():
    schedule, (listing,) = a_schedule(INTERVAL, now_ms=5_000)
    other = Schedule()
    other.follow({listing: INTERVAL}, 5_400)
    first = {slot.due_ms for now in range(5_000, 9_000, 5) for slot in schedule.due(now)}
    assert {slot.due_ms for now in range(5_400, 9_000, 5) for slot in other.due(now)} <= first


def test_what_is_late_is_left_out_and_counted():
    schedule, (listing,) = a_schedule(INTERVAL)
    at = INTERVAL + place(listing, INTERVAL)
    list(schedule.due(at - INTERVAL))
    assert list(schedule.due(at + INTERVAL * 3 + 501)) == []
    assert schedule.late == 4
    assert [slot.due_ms for slot in schedule.due(at + INTERVAL * 4)] == [at + INTERVAL * 4]


def test_a_little_late_is_still_looked_at():
    schedule, (listing,) = a_schedule(INTERVAL)
    at = INTERVAL + place(listing, INTERVAL)
    list(schedule.due(at - INTERVAL))
    assert len(list(schedule.due(at + 400))) == 1
    assert schedule.late == 0


@given(st.lists(st.booleans(), min_size=1, max_size=30))
def test_leaving_and_coming_back_makes_no_second_slot(held):
    schedule, (listing,) = a_schedule(INTERVAL)
    due = []
    for step, is_held in enumerate(held):
        now = step * 300
        schedule.follow({listing: INTERVAL} if is_held else {}, now)
        due += [slot.due_ms for slot in schedule.due(now)]
    assert len(due) == len(set(due))


def test_another_interval_replaces_the_slot():
    schedule, (listing,) = a_schedule(INTERVAL)
    schedule.follow({listing: 200}, 0)
    due = [slot for now in range(0, 2_000, 5) for slot in schedule.due(now)]
    assert {slot.interval_ms for slot in due} == {200}
    assert len(due) in (9, 10)


def test_it_waits_until_the_next_slot_but_not_for_ever():
    schedule, _ = a_schedule(INTERVAL)
    assert schedule.wait_ms(0, 100) <= 100
    assert Schedule().wait_ms(0, 100) == 100
