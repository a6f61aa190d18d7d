"""What restricts a target: apply and lift are inverse, and no penalty touches another."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.enforcement.domain.errors import NotLiftable, PenaltyEnded
from services.enforcement.domain.penalty import Penalty, apply
from services.enforcement.domain.restriction import causes, restriction
from services.enforcement.domain.rulebook import Ending, Measure
from services.enforcement.tests.builders import NOON, RULEBOOK, a_penalty, a_violation
from shared.contracts.effects import Effect, Target, blocking
from shared.ids import new_id

TARGET = Target(kind="listing", id=UUID(int=1))
MEASURES = sorted(RULEBOOK.measures)
AN_INSTANT = timedelta(microseconds=1)
HORIZON = [NOON + timedelta(hours=hours) for hours in range(0, 24 * 8, 6)]


def on_target(measure: str, hours: int, period: int | None, ordered: frozenset[Effect]) -> Penalty:
    """Any measure may lie on any target here; what an interim measure blocks is drawn."""
    row = RULEBOOK.measures[measure]
    if not row.effects:
        row = Measure(row.id, row.clause, row.title, row.scope, dict.fromkeys(ordered, "x"), {}, row.ends, row.source)
    violation = a_violation(confirmed_at=NOON + timedelta(hours=hours))
    return apply(new_id(), violation, row, TARGET, None if period is None else timedelta(hours=period))


penalties = st.builds(
    on_target,
    measure=st.sampled_from(MEASURES),
    hours=st.integers(0, 100),
    period=st.none() | st.integers(1, 100),
    ordered=st.frozensets(st.sampled_from(list(Effect)), min_size=1),
)


def blocked(mix: list[Penalty], at: datetime) -> dict[Effect, list[UUID]]:
    """Which penalties block each effect: the whole state that anybody obeys."""
    told = restriction(TARGET, mix, at).causes
    return {effect: [cause.penalty_id for cause in blocking(told, effect, at)] for effect in Effect}


@settings(max_examples=150, deadline=None)
@given(mix=st.lists(penalties, max_size=6), more=penalties, at=st.sampled_from(HORIZON))
def test_apply_then_lift_gives_back_exactly_the_state_before(mix, more, at):
    before = [(causes(mix, now), blocked(mix, now)) for now in HORIZON]
    mix.append(more)
    more.take_back(new_id(), at)
    assert [(causes(mix, now), blocked(mix, now)) for now in HORIZON] == before


@settings(max_examples=150, deadline=None)
@given(mix=st.lists(penalties, min_size=2, max_size=6), data=st.data())
def test_lifting_one_never_lifts_another(mix, data):
    lifted = data.draw(st.sampled_from(mix))
    others = [penalty for penalty in mix if penalty is not lifted]
    expected = [causes(others, now) for now in HORIZON]
    lifted.take_back(new_id(), NOON)
    assert [causes(mix, now) for now in HORIZON] == expected


@settings(max_examples=100, deadline=None)
@given(mix=st.lists(penalties, max_size=6), data=st.data())
def test_the_order_of_penalties_does_not_matter(mix, data):
    shuffled = data.draw(st.permutations(mix))
    assert all(causes(shuffled, now) == causes(mix, now) for now in HORIZON)


@settings(max_examples=100, deadline=None)
@given(mix=st.lists(penalties, max_size=6))
def test_what_was_told_once_stays_true_while_time_passes(mix):
    """A restriction told at noon answers every later instant as a fresh one would: lapsing needs no message."""
    told = causes(mix, NOON)
    for now in HORIZON:
        fresh = causes(mix, now)
        for effect in Effect:
            assert blocking(told, effect, now) == blocking(fresh, effect, now)


@pytest.mark.parametrize("measure", [name for name in MEASURES if name != "interim"])
def test_every_measure_alone_has_its_inverse(measure):
    row = RULEBOOK.measures[measure]
    penalty = on_target(measure, 0, None, frozenset())
    assert {effect for effect, ids in blocked([penalty], NOON).items() if ids} == row.effects
    penalty.take_back(new_id(), NOON)
    assert restriction(TARGET, [penalty], NOON).causes == ()


def test_a_penalty_blocks_from_its_start_until_just_before_its_end():
    penalty = a_penalty("freeze", timedelta(days=7))
    end = NOON + timedelta(days=7)
    told = causes([penalty], NOON)
    assert blocking(told, Effect.ORDER, NOON)
    assert blocking(told, Effect.ORDER, end - AN_INSTANT)
    assert not blocking(told, Effect.ORDER, end)
    assert not blocking(told, Effect.ORDER, NOON - AN_INSTANT)


def test_a_penalty_that_is_over_is_told_no_more():
    penalty = a_penalty("freeze", timedelta(days=7))
    assert causes([penalty], NOON + timedelta(days=7) - AN_INSTANT)
    assert not causes([penalty], NOON + timedelta(days=7))


def test_a_cause_names_the_violated_clause_and_the_measure_s_own():
    cause = a_penalty("freeze").cause()
    assert (cause.clause, cause.measure_clause, cause.measure) == ("6.3.2(4)", "6.5.4", "freeze")


def test_a_lifted_penalty_cannot_be_lifted_again():
    penalty = a_penalty("freeze")
    penalty.lift(new_id(), NOON)
    with pytest.raises(PenaltyEnded, match="lifted"):
        penalty.lift(new_id(), NOON)


def test_a_penalty_whose_period_is_over_cannot_be_lifted():
    penalty = a_penalty("freeze", timedelta(days=7))
    with pytest.raises(PenaltyEnded, match="over"):
        penalty.lift(new_id(), NOON + timedelta(days=7))


@pytest.mark.parametrize("measure", [name for name in MEASURES if Ending.LIFT not in RULEBOOK.measures[name].ends])
def test_what_does_not_end_by_a_lift_is_not_lifted_but_taken_back_by_an_appeal(measure):
    penalty = on_target(measure, 0, None, frozenset({Effect.LIST}))
    with pytest.raises(NotLiftable, match=measure):
        penalty.lift(new_id(), NOON)
    assert penalty.take_back(new_id(), NOON).penalty_id == penalty.penalty_id


def test_taking_back_what_has_lapsed_is_recorded_too():
    penalty = a_penalty("freeze", timedelta(days=7))
    penalty.take_back(new_id(), NOON + timedelta(days=8))
    assert penalty.lifted_at == NOON + timedelta(days=8)
