"""A penalty by itself: what extends it, derives from it, and cures it."""

from datetime import timedelta
from typing import Any

import pytest

from services.enforcement.domain.cure import Cure
from services.enforcement.domain.errors import NotExtendable, NotLiftable, SameOfficer
from services.enforcement.domain.penalty import Penalty, order
from services.enforcement.domain.rulebook import Ending
from services.enforcement.tests.builders import NOON, RULEBOOK, a_case, a_penalty
from shared.contracts.effects import Effect, Target
from shared.ids import new_id

DAY = timedelta(days=1)


def an_interim_one(**varies: object) -> Penalty:
    assert RULEBOOK.expulsion is not None
    ordered = order(
        new_id(),
        a_case(clause="6.4"),
        new_id(),
        RULEBOOK.measures["freeze"],
        RULEBOOK.expulsion.interim,
        until=NOON + 10 * DAY,
        officer="anna",
        at=NOON,
    )
    for name, value in varies.items():
        setattr(ordered, name, value)
    return ordered


def test_an_interim_freeze_lies_on_the_provider_and_all_its_services():
    ordered = an_interim_one()
    assert ordered.target == Target(kind="provider", id=ordered.provider_id)
    assert (ordered.clause, ordered.measure_clause, ordered.violation_id) == ("6.4", "7.3", None)
    assert ordered.effects == {Effect.LIST, Effect.ORDER, Effect.RENEW}
    with pytest.raises(NotLiftable):
        ordered.lift(new_id(), NOON)


def test_a_second_officer_extends_it_from_now_on_and_never_shortens_it():
    ordered = an_interim_one()
    assert ordered.extend("bela", NOON + DAY, 30 * DAY).until == NOON + 31 * DAY
    assert ordered.extend("anna", NOON + 2 * DAY, DAY).until == NOON + 31 * DAY


def test_who_ordered_or_extended_it_last_does_not_extend_it():
    ordered = an_interim_one()
    with pytest.raises(SameOfficer):
        ordered.extend("anna", NOON, DAY)
    ordered.extend("bela", NOON, 30 * DAY)
    with pytest.raises(SameOfficer):
        ordered.extend("bela", NOON, DAY)


def test_what_is_over_or_no_interim_measure_is_not_extended():
    with pytest.raises(NotExtendable):
        an_interim_one().extend("bela", NOON + 10 * DAY, DAY)
    with pytest.raises(NotExtendable):
        a_penalty("freeze", 30 * DAY).extend("bela", NOON, DAY)


@pytest.mark.parametrize("measure", ["publish_freeze", "revoke_category", "expel"])
def test_what_is_derived_differs_only_in_whom_and_when_it_hits(measure):
    first, account, group = a_penalty(measure), new_id(), new_id()
    derived = first.extended_to(new_id(), account, group, NOON + DAY)
    assert derived.target == first.target.model_copy(update={"id": account})
    assert derived.target_key == derived.target.key
    assert (derived.extended_from, derived.through_group, derived.spreads) == (first.penalty_id, group, False)
    assert (derived.decision_id, derived.measure, derived.until) == (first.decision_id, first.measure, first.until)
    assert (derived.from_at, first.from_at) == (NOON + DAY, NOON)


def a_cure(item: Penalty, differs: dict[str, Any], kind: Ending = Ending.REQUALIFICATION) -> Cure:
    return Cure(kind, item.target.model_copy(update=differs), (item.penalty_id,), 3, "it was put right")


CURES: dict[str, tuple[int | None, dict[str, Any], bool]] = {
    "seen": (3, {}, True),
    "told later": (4, {}, False),
    "told before that was kept": (None, {}, True),
    "another category": (3, {"category": "erp"}, False),
    "another account": (3, {"id": new_id()}, False),
}


@pytest.mark.parametrize("name", CURES)
def test_a_qualification_cures_what_it_saw_on_its_own_target(name):
    told, differs, cured = CURES[name]
    revoked = a_penalty("revoke_category")
    revoked.told_sequence = told
    assert revoked.is_cured_by(a_cure(revoked, differs), NOON) is cured


def test_each_measure_is_cured_by_what_its_row_says_and_by_nothing_else():
    cured = {
        (measure, kind.value)
        for measure in ("hide", "delist", "freeze", "clear", "revoke_category")
        for kind in (Ending.REVIEW, Ending.REQUALIFICATION)
        if (item := a_penalty(measure)).is_cured_by(a_cure(item, {}, kind), NOON)
    }
    assert cured == {("delist", "review"), ("revoke_category", "requalification")}


def test_what_is_taken_back_already_is_not_cured():
    revoked = a_penalty("revoke_category")
    said = revoked.end_by(a_cure(revoked, {}), new_id(), NOON)
    assert said.ended_by == "requalification"
    assert not revoked.is_cured_by(a_cure(revoked, {}), NOON)
