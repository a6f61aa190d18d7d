"""A qualification: until when it holds, when it is reminded of, what its end blocks."""

from datetime import timedelta

import pytest

from services.registry.domain.errors import QualificationEnded
from services.registry.domain.qualification import Qualification, qualified, told
from services.registry.domain.standing import held_in
from services.registry.tests.builders import NOW, a_provider
from shared.contracts.effects import Effect

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def a_qualification(**values):
    defaults = {"provider_id": a_provider().provider_id, "category": "erp", "granted_at": NOW, "granted_by": "o-1"}
    return Qualification(**{**defaults, **values})


@pytest.mark.parametrize(
    ("expires", "revoked", "ends"),
    [(None, None, None), (3, None, 3), (None, 2, 2), (3, 2, 2), (2, 3, 2)],
)
def test_what_ends_it_first_is_its_end(expires, revoked, ends):
    days = [None if n is None else NOW + n * DAY for n in (expires, revoked, ends)]
    assert a_qualification(expires_at=days[0], revoked_at=days[1]).ends_at == days[2]


def test_it_holds_up_to_its_end_and_not_at_it():
    held = a_qualification(expires_at=NOW + DAY)
    assert held.holds(NOW + DAY - SECOND)
    assert not held.holds(NOW + DAY)


@pytest.mark.parametrize(
    ("days_left", "reminded", "due"),
    [
        (31, None, None),
        (30, None, 30),
        (30, 30, None),
        (8, 30, None),
        (7, 30, 7),
        (7, None, 7),
        (1, 7, None),
        (0, 30, None),
    ],
)
def test_it_is_reminded_of_thirty_and_seven_days_before_once_each(days_left, reminded, due):
    held = a_qualification(expires_at=NOW + days_left * DAY, reminded_days=reminded)
    assert held.reminder_due(NOW) == due


def test_one_without_an_end_or_a_revoked_one_is_not_reminded_of():
    assert a_qualification().reminder_due(NOW) is None
    assert a_qualification(expires_at=NOW + DAY, revoked_at=NOW).reminder_due(NOW) is None


def test_only_one_that_holds_is_revoked_and_from_that_instant_on():
    held = a_qualification(expires_at=NOW + DAY)
    fact = held.revoke(reason="licence withdrawn", at=NOW)
    assert (fact.category, fact.revoked_at, held.holds(NOW)) == ("erp", NOW, False)
    with pytest.raises(QualificationEnded):
        held.revoke(reason="again", at=NOW)
    with pytest.raises(QualificationEnded):
        a_qualification(expires_at=NOW).revoke(reason="late", at=NOW)


def test_the_market_is_told_of_ended_ones_only_where_one_is_asked_for():
    ended = [a_qualification(expires_at=NOW), a_qualification(category="design", expires_at=NOW)]
    open_ = a_qualification(category="training")
    named = told([*ended, open_], ["erp", "training"], NOW)
    assert [(q.category, q.holds(NOW)) for q in named] == [("erp", False), ("training", True)]
    assert [q.category for q in qualified([*ended, open_], NOW)] == ["training"]


@pytest.mark.parametrize(
    ("qualification", "blocked"),
    [
        (None, {Effect.PUBLISH}),
        (a_qualification(), set()),
        (a_qualification(expires_at=NOW + SECOND), set()),
        (a_qualification(expires_at=NOW), {Effect.LIST, Effect.ORDER, Effect.PUBLISH}),
        (a_qualification(revoked_at=NOW), {Effect.LIST, Effect.ORDER, Effect.PUBLISH}),
    ],
)
def test_a_lost_qualification_blocks_more_than_one_never_held(qualification, blocked):
    held = held_in("erp", qualification, ["erp"], NOW)
    assert {effect for one in held for effect in one.hold.effects} == blocked
    assert all((one.source, one.hold.clause) == ("qualification", "3.2") and one.advice for one in held)


def test_a_category_that_asks_for_nothing_holds_nothing_against_anybody():
    assert held_in("design", None, ["erp"], NOW) == ()
    assert held_in("design", a_qualification(category="design", expires_at=NOW), ["erp"], NOW) == ()
