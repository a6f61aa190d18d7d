"""Conditions: three values, exact thresholds, a trace, and clear errors."""

from datetime import timedelta
from typing import Any

import pytest

from services.enforcement.domain.conditions import ConditionError, Verdict, crossings, evaluate, parse
from services.enforcement.domain.facts import FACT_TYPES, Detector, Facts, outage_facts, readable
from services.enforcement.tests.builders import NOON, RULEBOOK, an_outage
from shared.contracts.monitoring import OutageCause

TYPES = FACT_TYPES[Detector.OUTAGE]
ACT = RULEBOOK.act("defective-application")
AN_INSTANT = timedelta(microseconds=1)


def facts(**varies: Any) -> Facts:
    known: dict[str, Any] = {
        "listing_kind": "application",
        "cause": "defect",
        "merchants_affected": 0,
        "open_for": timedelta(0),
    }
    return known | varies


def verdict(**varies) -> Verdict:
    finding = ACT.evaluate(facts(**varies))
    assert finding is not None
    return finding.verdict


@pytest.mark.parametrize(
    ("merchants", "expected"), [(299, Verdict.NO_MATCH), (300, Verdict.MATCH), (301, Verdict.MATCH)]
)
def test_300_merchants_are_the_threshold(merchants, expected):
    assert verdict(merchants_affected=merchants) is expected


@pytest.mark.parametrize(
    ("open_for", "expected"),
    [
        (timedelta(hours=3) - AN_INSTANT, Verdict.NO_MATCH),
        (timedelta(hours=3), Verdict.MATCH),
        (timedelta(hours=3) + AN_INSTANT, Verdict.MATCH),
    ],
)
def test_three_hours_are_the_threshold(open_for, expected):
    assert verdict(open_for=open_for) is expected


@pytest.mark.parametrize("cause", ["defect", "failed_performance_test"])
def test_both_causes_of_the_clause_count(cause):
    assert verdict(cause=cause, merchants_affected=300) is Verdict.MATCH


@pytest.mark.parametrize("cause", ["failure", "maintenance", "attack"])
def test_no_other_cause_counts(cause):
    assert verdict(cause=cause, merchants_affected=300, open_for=timedelta(days=1)) is Verdict.NO_MATCH


def test_the_clause_is_about_applications_only():
    assert verdict(listing_kind="service", merchants_affected=300) is Verdict.NO_MATCH


def test_an_unknown_cause_is_insufficient_and_the_rule_only_proposes():
    finding = ACT.evaluate(facts(cause=None, merchants_affected=300))
    assert finding is not None
    assert finding.verdict is Verdict.INSUFFICIENT
    assert finding.missing == {"cause"}
    assert ACT.proposes(finding)


def test_an_unknown_cause_below_both_thresholds_is_no_match():
    finding = ACT.evaluate(facts(cause=None, merchants_affected=299))
    assert finding is not None
    assert finding.verdict is Verdict.NO_MATCH
    assert not ACT.proposes(finding)


def test_a_missing_fact_that_nobody_is_asked_for_proposes_nothing():
    finding = ACT.evaluate({"listing_kind": "application", "cause": "defect", "open_for": timedelta(0)})
    assert finding is not None
    assert finding.verdict is Verdict.INSUFFICIENT
    assert finding.missing == {"merchants_affected"}
    assert not ACT.proposes(finding)


def test_not_turns_a_verdict_round_and_leaves_insufficient_data_as_it_is():
    condition = parse({"not": {"fact": "merchants_affected", "below": "10"}}, TYPES)
    assert evaluate(condition, {"merchants_affected": 9}).verdict is Verdict.NO_MATCH
    assert evaluate(condition, {"merchants_affected": 10}).verdict is Verdict.MATCH
    assert evaluate(condition, {}).verdict is Verdict.INSUFFICIENT


def test_the_trace_names_each_node_with_its_value():
    finding = ACT.evaluate(facts(merchants_affected=300))
    assert finding is not None
    document = finding.as_document()
    assert document["verdict"] == "match"
    thresholds = document["of"][2]["of"]
    assert thresholds[0] == {"says": "open_for at_least 3h", "verdict": "no-match", "value": "0s"}
    assert thresholds[1] == {"says": "merchants_affected at_least 300", "verdict": "match", "value": 300}


def test_a_rule_tells_after_how_long_to_look_again():
    assert list(ACT.looks_again_after()) == [timedelta(hours=3)]
    above = parse({"fact": "open_for", "above": "3h"}, TYPES)
    assert list(crossings(above, "open_for")) == [timedelta(hours=3) + AN_INSTANT]


def test_an_open_outage_lasts_until_now_and_a_closed_one_until_its_end():
    later = NOON + timedelta(hours=5)
    assert outage_facts(an_outage(), later)["open_for"] == timedelta(hours=5)
    assert outage_facts(an_outage(ended_at=NOON + timedelta(hours=2)), later)["open_for"] == timedelta(hours=2)
    assert outage_facts(an_outage(started_at=later), NOON)["open_for"] == timedelta(0)


def test_an_unknown_cause_is_a_fact_that_is_not_known():
    assert outage_facts(an_outage(cause=OutageCause.UNKNOWN), NOON)["cause"] is None
    assert outage_facts(an_outage(cause=OutageCause.ATTACK), NOON)["cause"] == "attack"


def test_facts_read_no_longer_than_they_are():
    assert readable({"open_for": timedelta(hours=3) - AN_INSTANT})["open_for"] == "2h59m59s"


@pytest.mark.parametrize(
    ("tree", "says"),
    [
        ("text", "condition: expected a mapping"),
        ({}, "condition: expected exactly one of all, any, not"),
        ({"all": [], "any": []}, "condition: expected exactly one of"),
        ({"some": [{"fact": "cause", "equals": "defect"}]}, "condition: expected exactly one of"),
        ({"all": []}, "condition.all: expected a list of at least one"),
        ({"all": {"fact": "cause"}}, "condition.all: expected a list"),
        ({"all": [{"any": ["x"]}]}, "condition.all[0].any[0]: expected a mapping"),
        ({"fact": "weather", "equals": "x"}, "unknown fact 'weather'"),
        ({"fact": ["cause"], "equals": "x"}, "unknown fact"),
        ({"fact": "cause"}, "a fact takes exactly one of"),
        ({"fact": "cause", "equals": "a", "one_of": ["b"]}, "a fact takes exactly one of"),
        ({"fact": "cause", "resembles": "a"}, "a fact takes exactly one of"),
        ({"fact": "cause", "at_least": "a"}, "cause is a text and cannot be compared"),
        ({"fact": "cause", "one_of": []}, "one_of takes a list of at least one value"),
        ({"fact": "cause", "one_of": "defect"}, "one_of takes a list"),
        ({"fact": "cause", "equals": {"a": "b"}}, "expected a text"),
        ({"fact": "open_for", "at_least": "three hours"}, "'three hours' is not a duration"),
        ({"fact": "merchants_affected", "at_least": "3h"}, "'3h' is not a number"),
    ],
)
def test_a_tree_that_cannot_be_read_says_where(tree, says):
    with pytest.raises(ConditionError, match=r".") as refused:
        parse(tree, TYPES)
    assert says in str(refused.value)


def test_a_tree_without_end_is_refused():
    tree: dict[str, Any] = {"fact": "cause", "equals": "x"}
    for _ in range(30):
        tree = {"not": tree}
    with pytest.raises(ConditionError, match="nested deeper"):
        parse(tree, TYPES)
