"""Who may call the open platform: the decision by itself, and when it next changes by the clock alone."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.app_access import Key, decide, decide_for, hash_of, next_change, state
from services.registry.tests.builders import NOW, a_cause
from shared.contracts.effects import Effect
from shared.contracts.registry import Hold
from shared.ids import new_id

HOUR = timedelta(hours=1)
EXITED = Hold(effects=frozenset({Effect.USE, Effect.CALL_API}), clause="7.1", reason="The provider has left the market")
UNSIGNED = Hold(effects=frozenset({Effect.PUBLISH}), clause="3.1", reason="An agreement is not signed")


def a_key(**values):
    defaults: dict[str, Any] = {
        "app_key": f"ak_{values.pop('name', 'a')}", "app_id": new_id(), "provider_id": new_id(),
        "secret_hash": hash_of("secret"), "created_at": NOW, "created_by": "account-1",
    }  # fmt: skip
    return Key(**(defaults | values))


def test_nothing_against_it_is_allowed():
    decision = decide([UNSIGNED], [a_cause(Effect.LIST, Effect.ORDER)], NOW)
    assert (decision.allowed, decision.causes, decision.changes_at) == (True, (), None)


def test_every_cause_is_named_with_clause_and_decision():
    cleared, expelled = a_cause(Effect.CALL_API, measure="clear"), a_cause(Effect.CALL_API, clause="7.2")
    decision = decide([EXITED], [cleared, expelled], NOW)
    assert not decision.allowed
    assert [cause.clause for cause in decision.causes] == ["7.1", "6.3.2(4)", "7.2"]
    assert [cause.decision_id for cause in decision.causes][1:] == [cleared.decision_id, expelled.decision_id]


@pytest.mark.parametrize(
    ("begins", "ends", "allowed", "turns"),
    [
        (-HOUR, None, False, None),
        (-HOUR, HOUR, False, HOUR),
        (-2 * HOUR, -HOUR, True, None),
        (-HOUR, timedelta(), True, None),
        (timedelta(), HOUR, False, HOUR),
        (HOUR, 2 * HOUR, True, HOUR),
        (HOUR, None, True, HOUR),
    ],
)
def test_a_penalty_blocks_from_its_begin_until_before_its_end(begins, ends, allowed, turns):
    cause = a_cause(Effect.CALL_API, from_=NOW + begins, until=None if ends is None else NOW + ends)
    decision = decide([], [cause], NOW)
    assert decision.allowed is allowed
    assert decision.changes_at == (None if turns is None else NOW + turns)


def test_a_penalty_on_other_effects_is_no_reason_to_look_again():
    assert decide([], [a_cause(Effect.ORDER, from_=NOW + HOUR)], NOW).changes_at is None


def test_gateways_are_told_the_valid_keys_only_and_look_again_when_the_first_ends():
    app = new_id()
    keys = [
        a_key(name="old", valid_until=NOW + HOUR),
        a_key(name="new", created_at=NOW + timedelta(seconds=1)),
        a_key(name="over", valid_until=NOW),
        a_key(name="revoked", revoked_at=NOW - HOUR, valid_until=NOW + timedelta(minutes=1)),
    ]
    decision = decide([], [a_cause(Effect.CALL_API, until=NOW + 2 * HOUR)], NOW)
    told = state(app, new_id(), keys, decision, NOW)
    assert [key.app_key for key in told.keys] == ["ak_old", "ak_new"]
    assert next_change(keys, decision, NOW) == NOW + HOUR
    assert next_change(keys[1:2], decision, NOW) == NOW + 2 * HOUR


def test_only_the_right_secret_opens():
    assert a_key().opens_with("secret")
    assert not a_key().opens_with("Secret")
    assert "secret" not in repr(a_key().secret_hash)


hours = st.integers(-3, 3).map(lambda hour: hour * HOUR)


@st.composite
def causes(draw):
    effects = draw(st.sets(st.sampled_from([Effect.CALL_API, Effect.ORDER]), min_size=1))
    begins, ends = NOW + draw(hours), draw(st.none() | hours)
    return a_cause(*effects, from_=begins, until=None if ends is None else NOW + ends)


@given(st.lists(causes(), max_size=4), st.none() | hours, st.none() | hours)
def test_until_the_instant_that_an_answer_names_the_clock_does_not_change_it(restrictions, ends, asked_after):
    key = a_key(valid_until=None if ends is None else NOW + ends)
    now = decide_for(key, [], restrictions, NOW)
    later = NOW + abs(asked_after or HOUR / 2)
    if now.changes_at is None or later < now.changes_at:
        assert decide_for(key, [], restrictions, later) == now


@given(st.lists(causes(), max_size=4), st.booleans(), st.none() | hours)
def test_a_call_passes_if_nothing_at_all_is_against_it(restrictions, has_exited, ends):
    key = a_key(valid_until=None if ends is None else NOW + ends)
    decision = decide_for(key, [EXITED] * has_exited, restrictions, NOW)
    blocked = any(cause.blocks(Effect.CALL_API, NOW) for cause in restrictions)
    assert decision.allowed is (key.is_valid(NOW) and not has_exited and not blocked)
    assert decision.allowed is not bool(decision.causes)
