"""Cases, violations and appeals: what each state allows."""

from datetime import timedelta

import pytest

from services.enforcement.domain.appeal import Appeal, AppealStatus, Outcome
from services.enforcement.domain.case import CaseStatus
from services.enforcement.domain.durations import format_duration, parse_duration
from services.enforcement.domain.errors import (
    AppealAlreadyDecided,
    CaseDecided,
    NotAppealable,
    NotRecommended,
    SameOfficer,
    TargetUnknown,
)
from services.enforcement.domain.explain import TargetCause, bearing_on, explain
from services.enforcement.domain.rulebook import Scope
from services.enforcement.domain.subject import Subject
from services.enforcement.domain.violation import ViolationStatus
from services.enforcement.tests.builders import NOON, a_case, a_listing, a_penalty, a_provider, a_violation
from shared.contracts.effects import Effect, Target
from shared.contracts.registry import Hold, Standing
from shared.errors import Refusal
from shared.ids import new_id

MOVES = {
    "confirm": lambda case: case.confirm(new_id(), "bela", NOON),
    "dismiss": lambda case: case.dismiss(new_id(), "bela", NOON),
    "recommend": lambda case: case.recommend(new_id(), "anna"),
    "approve": lambda case: case.approve(new_id(), "bela", NOON),
    "return": lambda case: case.return_recommendation("bela"),
}
BECOMES: dict[CaseStatus, dict[str, CaseStatus | type[Refusal]]] = {
    CaseStatus.PROPOSED: {
        "confirm": CaseStatus.CONFIRMED,
        "dismiss": CaseStatus.DISMISSED,
        "recommend": CaseStatus.RECOMMENDED,
        "approve": NotRecommended,
        "return": NotRecommended,
    },
    CaseStatus.OPEN: {
        "confirm": CaseStatus.CONFIRMED,
        "dismiss": CaseStatus.DISMISSED,
        "recommend": CaseStatus.RECOMMENDED,
        "approve": NotRecommended,
        "return": NotRecommended,
    },
    CaseStatus.RECOMMENDED: {
        "confirm": CaseStatus.CONFIRMED,
        "dismiss": CaseStatus.DISMISSED,
        "recommend": CaseDecided,
        "approve": CaseStatus.CONFIRMED,
        "return": CaseStatus.OPEN,
    },
    CaseStatus.CONFIRMED: {
        "confirm": CaseDecided,
        "dismiss": CaseDecided,
        "recommend": CaseDecided,
        "approve": NotRecommended,
        "return": NotRecommended,
    },
    CaseStatus.DISMISSED: {
        "confirm": CaseDecided,
        "dismiss": CaseDecided,
        "recommend": CaseDecided,
        "approve": NotRecommended,
        "return": NotRecommended,
    },
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("status", CaseStatus)
def test_every_state_of_a_case_allows_what_the_table_says(status, move):
    recommended = {"recommended_by": "anna", "recommendation_id": new_id()}
    case = a_case(status=status, **(recommended if status is CaseStatus.RECOMMENDED else {}))
    expected = BECOMES[status][move]
    if isinstance(expected, CaseStatus):
        MOVES[move](case)
        assert case.status is expected
        return
    with pytest.raises(expected, match=status.value):
        MOVES[move](case)
    assert case.status is status


@pytest.mark.parametrize("status", CaseStatus)
def test_to_others_a_case_is_open_until_it_is_decided(status):
    said = a_case(status=status).changed()
    assert said.status == (status.value if status in (CaseStatus.CONFIRMED, CaseStatus.DISMISSED) else "open")


def test_who_recommended_neither_approves_nor_returns():
    case = a_case(status=CaseStatus.OPEN)
    case.recommend(new_id(), "anna")
    with pytest.raises(SameOfficer):
        case.approve(new_id(), "anna", NOON)
    with pytest.raises(SameOfficer):
        case.return_recommendation("anna")
    case.return_recommendation("bela")
    assert (case.recommended_by, case.recommendation_id) == ("", None)


def test_a_violation_can_be_appealed_until_just_before_the_end_of_the_window():
    violation = a_violation(appeal_until=NOON)
    violation.accept_appeal(NOON - timedelta(microseconds=1))
    with pytest.raises(NotAppealable, match="over"):
        violation.accept_appeal(NOON)


def test_an_overturned_violation_is_neither_appealed_nor_overturned_again():
    violation = a_violation()
    violation.overturn(new_id(), NOON)
    assert violation.status is ViolationStatus.OVERTURNED
    assert not violation.permits.counting
    with pytest.raises(NotAppealable):
        violation.accept_appeal(NOON)
    with pytest.raises(NotAppealable):
        violation.overturn(new_id(), NOON)


def an_appeal() -> Appeal:
    return Appeal(new_id(), new_id(), new_id(), "anna", "account", NOON, "We were not down", "story")


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_officer_who_confirmed_cannot_decide_the_appeal(outcome):
    appeal = an_appeal()
    with pytest.raises(SameOfficer):
        appeal.decide(outcome, new_id(), "anna", NOON, "because")
    assert appeal.status is AppealStatus.FILED


def test_another_officer_decides_it_once():
    appeal = an_appeal()
    said = appeal.decide(Outcome.OVERTURN, new_id(), "bela", NOON, "because")
    assert (appeal.status, said.outcome) == (AppealStatus.OVERTURNED, "overturn")
    with pytest.raises(AppealAlreadyDecided):
        appeal.decide(Outcome.UPHOLD, new_id(), "cora", NOON, "because")


def test_a_measure_hits_what_its_scope_says():
    provider, listing, linked = new_id(), new_id(), new_id()
    subject = Subject(provider, listing, "order-tools", (provider, linked))
    assert [target.key for target in subject.targets(Scope.LISTING)] == [f"listing:{listing}"]
    assert [target.key for target in subject.targets(Scope.PROVIDER)] == [f"provider:{provider}"]
    assert [t.key for t in subject.targets(Scope.PROVIDER_CATEGORY)] == [f"provider_category:{provider}:order-tools"]
    assert [t.key for t in subject.targets(Scope.ACCOUNTS)] == [f"provider:{provider}", f"provider:{linked}"]


@pytest.mark.parametrize("scope", [Scope.LISTING, Scope.PROVIDER_CATEGORY, Scope.AS_ORDERED])
def test_a_measure_without_its_target_is_refused(scope):
    with pytest.raises(TargetUnknown):
        Subject(new_id()).targets(scope)


def test_a_listing_obeys_what_lies_on_its_provider_and_category_too():
    listing = a_listing()
    asked = Target(kind="listing", id=listing.listing_id)
    assert [target.kind for target in bearing_on(asked, listing)] == ["listing", "provider_category", "provider"]
    assert bearing_on(asked, None) == [asked]


def test_an_explanation_answers_for_every_effect():
    penalty = a_penalty("freeze", timedelta(days=7))
    answers = {answer.effect: answer for answer in explain([TargetCause(penalty.target, penalty.cause())], None, NOON)}
    assert set(answers) == set(Effect)
    assert {effect for effect, answer in answers.items() if answer.blocked} == {
        Effect.LIST,
        Effect.ORDER,
        Effect.RENEW,
    }
    assert answers[Effect.ORDER].causes[0].cause.decision_id == penalty.decision_id


def test_an_explanation_names_what_the_registry_itself_blocks():
    hold = Hold(effects=frozenset({Effect.ORDER}), clause="7.1", reason="It leaves the market")
    blocked = frozenset({Effect.ORDER, Effect.LIST})
    provider = a_provider(standing=Standing.EXITING, blocked=blocked, holds=(hold,))
    answers = {answer.effect: answer for answer in explain([], provider, NOON)}
    assert answers[Effect.ORDER].holds == (hold,)
    assert answers[Effect.LIST].holds[0].reason == "The provider is exiting"
    assert not answers[Effect.USE].blocked


@pytest.mark.parametrize("text", ["3h", "7d", "1d12h", "2h59m59s"])
def test_a_duration_reads_as_it_is_written(text):
    assert format_duration(parse_duration(text)) == text


@pytest.mark.parametrize("text", ["", "h", "3 h", "12h1d", "-3h", "3h ", "99999999d"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="is not a duration"):
        parse_duration(text)
