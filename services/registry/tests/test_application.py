"""The states of an application, its lease, its verification and its decisions: without a database."""

from datetime import timedelta

import pytest

from services.registry.domain.application import (
    QUEUED,
    TRANSITIONS,
    Application,
    ApplicationState,
    Deadline,
    Item,
    Objection,
)
from services.registry.domain.errors import ApplicationClaimed, OwnProvider, WrongApplicationState
from services.registry.tests.builders import NOW
from shared.ids import new_id

S = ApplicationState
LATER = NOW + timedelta(minutes=30)
OBJECTION = Objection("settlement_account.account_name", "the name is another one's")


def an_application(state=S.DRAFT, **values):
    return Application(new_id(), "account-1", state, **values)


ACTS = {
    "submit": (lambda a: a.submit(Deadline(7, LATER), at=NOW), S.SUBMITTED),
    "withdraw": (lambda a: a.withdraw(), S.WITHDRAWN),
    "claim": (lambda a: a.claim(by="officer-1", at=NOW, until=LATER), S.IN_REVIEW),
    "release": (lambda a: a.release(by="officer-1", at=NOW), S.SUBMITTED),
    "request_changes": (lambda a: a.request_changes([OBJECTION], by="officer-1", at=NOW), S.CHANGES_REQUESTED),
    "reject": (lambda a: a.reject([OBJECTION], by="officer-1", at=NOW), S.REJECTED),
    "admit": (lambda a: a.admit(by="officer-1", at=NOW, reason="complete"), S.ADMITTED),
    "verify": (lambda a: a.verify(Item, by="officer-1", at=NOW), None),
}
# Which act is possible in which state; in every other one it is refused and changes nothing.
POSSIBLE = {
    S.DRAFT: {"submit", "withdraw"},
    S.SUBMITTED: {"withdraw", "claim", "request_changes", "reject", "admit", "verify"},
    S.IN_REVIEW: {"withdraw", "claim", "release", "request_changes", "reject", "admit", "verify"},
    S.CHANGES_REQUESTED: {"submit", "withdraw"},
    S.REJECTED: {"submit"},
    S.WITHDRAWN: {"submit"},
    S.ADMITTED: set(),
}


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("act", ACTS)
def test_each_act_is_possible_in_exactly_these_states(state, act):
    application, (do, then) = an_application(state), ACTS[act]
    if act in POSSIBLE[state]:
        do(application)
        assert application.state is (then or state)
    else:
        with pytest.raises(WrongApplicationState):
            do(application)
        assert application.state is state


def test_every_state_is_in_the_table_and_an_admitted_one_is_final():
    assert set(TRANSITIONS) == set(S)
    assert TRANSITIONS[S.ADMITTED] == frozenset()


@pytest.mark.parametrize("state", S)
def test_only_what_waits_has_a_due_date_and_a_claimant(state):
    application = an_application()
    application.submit(Deadline(7, LATER, True), at=NOW)
    application.claim(by="officer-1", at=NOW, until=LATER)
    if state not in QUEUED and state in TRANSITIONS[application.state]:
        {
            S.CHANGES_REQUESTED: ACTS["request_changes"][0],
            S.REJECTED: ACTS["reject"][0],
            S.ADMITTED: ACTS["admit"][0],
            S.WITHDRAWN: ACTS["withdraw"][0],
        }[state](application)
        assert (application.due_at, application.claimed_by, application.claimed_until) == (None, "", None)


@pytest.mark.parametrize("act", ["claim", "release", "verify", "request_changes", "reject", "admit"])
def test_nobody_decides_about_what_another_one_has_claimed(act):
    application = an_application(S.IN_REVIEW, claimed_by="officer-2", claimed_until=LATER)
    with pytest.raises(ApplicationClaimed) as refused:
        ACTS[act][0](application)
    assert refused.value.facts == {"claimed_by": "officer-2", "claimed_until": LATER.isoformat()}


@pytest.mark.parametrize("act", ["claim", "release", "verify", "request_changes", "reject", "admit"])
def test_a_lease_that_is_over_binds_nobody(act):
    application = an_application(S.IN_REVIEW, claimed_by="officer-2", claimed_until=NOW)
    ACTS[act][0](application)


@pytest.mark.parametrize("act", ["claim", "verify", "request_changes", "reject", "admit"])
def test_nobody_decides_about_their_own_application(act):
    application = an_application(S.SUBMITTED)
    application.account_id = "officer-1"
    with pytest.raises(OwnProvider):
        ACTS[act][0](application)


def test_a_claim_is_prolonged_by_its_holder_and_taken_over_by_others_after_its_end():
    application = an_application(S.SUBMITTED)
    application.claim(by="officer-1", at=NOW, until=LATER)
    application.claim(by="officer-1", at=NOW, until=LATER + timedelta(minutes=5))
    application.claim(by="officer-2", at=LATER + timedelta(minutes=5), until=LATER + timedelta(hours=1))
    assert application.claimed_by == "officer-2"


def test_what_is_verified_stays_so_until_it_is_doubted():
    application = an_application(S.SUBMITTED)
    application.verify([Item.ENTERPRISE, Item.CONTACTS], by="officer-1", at=NOW)
    application.verify([Item.CONTACTS], by="officer-2", at=LATER)
    assert application.checks[Item.CONTACTS]["by"] == "officer-1"
    assert application.unverified() == (Item.REPRESENTATIVE, Item.SETTLEMENT_ACCOUNT)
    assert application.verified_at() is None
    application.verify(Item, by="officer-1", at=LATER)
    assert application.verified_at() == LATER
    application.doubt({"contacts"})
    assert application.unverified() == (Item.CONTACTS,)


def test_a_new_round_forgets_what_was_objected_to_but_not_what_was_verified():
    application = an_application()
    application.submit(Deadline(7, LATER), at=NOW)
    application.verify([Item.ENTERPRISE], by="officer-1", at=NOW)
    [fact] = application.reject([OBJECTION], by="officer-1", at=NOW)
    assert (fact.outcome, fact.reason) == ("rejected", OBJECTION.reason)
    assert application.objections == [
        {"field": OBJECTION.field, "clause": "3.1", "reason": OBJECTION.reason},
    ]
    application.submit(Deadline(7, LATER), at=NOW)
    assert (application.round, application.objections, set(application.checks)) == (2, [], {"enterprise"})


@pytest.mark.parametrize("state", S)
def test_what_waits_for_a_decision_is_not_changed_under_its_reviewers_eyes(state):
    application = an_application(state)
    if state in QUEUED:
        with pytest.raises(WrongApplicationState):
            application.refuse_changes()
    else:
        application.refuse_changes()
