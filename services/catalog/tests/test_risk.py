"""What makes a submitted version risky, and what follows from it."""

from datetime import timedelta

import pytest

from services.catalog.domain.risk import MOST_RISK, SECOND_AT, Lane, Situation, assess, marks
from services.catalog.domain.screening.finding import Finding, Related, Relation, Said, Severity
from services.catalog.tests.builders import CLEAN, MONTHLY, NOW, a_content
from shared.ids import new_id

SAID = Said("说明。", "Said.")


def a_finding(clause="6.1.2(3)", severity=Severity.WARNS, detector="words", related=()):
    return Finding(detector, clause, severity, "name", 0, 2, "首选", SAID, SAID, related)


def codes(risk):
    return {reason.code for reason in risk.reasons}


def test_the_first_listing_of_a_provider_is_read_with_care_by_one_person():
    risk = assess(Situation(CLEAN, None, is_first_listing=True))
    assert (codes(risk), risk.lane, risk.needs_second) == ({"new", "first_listing"}, Lane.HEAVY, False)
    assert risk.points == sum(reason.points for reason in risk.reasons)


@pytest.mark.parametrize(
    "values",
    [{"support_url": "https://app.example.com/faq"}, {"plans": (MONTHLY.model_copy(update={"price_fen": 1}),)}],
)
def test_a_light_change_of_what_is_live_takes_the_light_lane(values):
    risk = assess(Situation(a_content(**values), CLEAN))
    assert (risk.points, risk.lane) == (0, Lane.LIGHT)


def test_a_light_change_with_doubts_takes_the_heavy_lane():
    content = a_content(support_url="https://app.example.com/faq")
    assert assess(Situation(content, CLEAN, [a_finding()], refusals=3)).lane is Lane.HEAVY


def test_a_heavy_change_is_named_by_its_fields():
    risk = assess(Situation(a_content(callback_url="https://b.example.com/", functions=("打单",)), CLEAN))
    [reason] = risk.reasons
    assert (reason.code, reason.points, risk.lane) == ("heavy_change", 10, Lane.HEAVY)
    assert "callback_url" in reason.zh
    assert "functions" in reason.en


@pytest.mark.parametrize(
    "values",
    [
        {"is_special": True},
        {"penalised_at": NOW},
        {"penalised_at": NOW, "approved_at": NOW - timedelta(days=1)},
        {"findings": [a_finding(severity=Severity.BLOCKS)]},
    ],
)
def test_some_reasons_ask_for_a_second_person_by_themselves(values):
    assert assess(Situation(CLEAN, None, **values)).needs_second


def test_after_an_approval_a_penalty_in_force_no_longer_asks_for_a_second_person():
    assert not assess(Situation(CLEAN, None, penalised_at=NOW, approved_at=NOW + timedelta(days=1))).needs_second


def test_many_small_reasons_together_ask_for_a_second_person():
    copy = Related(new_id(), "快打单", Relation.OTHER, 0.9, NOW)
    findings = [a_finding(f"6.1.{n}") for n in range(1, 6)] + [a_finding("6.2.1(1)", related=(copy,))]
    risk = assess(Situation(CLEAN, None, findings, is_first_listing=True, requires_qualification=True, refusals=9))
    assert risk.points == MOST_RISK >= SECOND_AT
    assert risk.needs_second
    assert "possible_copy" in codes(risk)


def test_what_only_advises_the_writer_is_no_risk_and_no_mark():
    advice = [a_finding(severity=Severity.ADVISES)]
    assert assess(Situation(CLEAN, CLEAN, advice)).points == 0
    assert marks(advice) == ()
    assert marks([a_finding()]) == ("clause:6.1.2(3)", "detector:words")
