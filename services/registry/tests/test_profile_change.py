"""The states of a change of what was verified, its lease and what is left of it: without a database."""

from datetime import timedelta

import pytest

from services.registry.domain.application import Deadline, Item, Objection
from services.registry.domain.errors import ChangeClaimed, OwnProvider, WrongChangeState
from services.registry.domain.person import PersonRole
from services.registry.domain.profile_change import OPEN, QUEUED, TRANSITIONS, ChangeState, ProfileChange, Proposal
from services.registry.tests.builders import NOW
from shared.ids import new_id

S = ChangeState
LATER = NOW + timedelta(minutes=30)
OBJECTION = Objection("representative.name", "it differs from the identity card")
PROPOSAL = Proposal("新名称科技有限公司", "", {PersonRole.REPRESENTATIVE: b"sealed"})


def a_change(state=S.SUBMITTED, **values):
    change = ProfileChange(new_id(), new_id(), "account-1")
    change.submit(PROPOSAL, Deadline(7, LATER), at=NOW)
    for name, value in {"state": state, **values}.items():
        setattr(change, name, value)
    return change


def decide(then):
    return lambda change: change.decide(then, by="officer-1", at=NOW, objections=[OBJECTION])


ACTS = {
    "submit": (lambda c: c.submit(PROPOSAL, Deadline(7, LATER), at=NOW), S.SUBMITTED),
    "withdraw": (lambda c: c.withdraw(), S.WITHDRAWN),
    "claim": (lambda c: c.claim(by="officer-1", at=NOW, until=LATER), S.IN_REVIEW),
    "release": (lambda c: c.release(by="officer-1", at=NOW), S.SUBMITTED),
    "request_changes": (decide(S.CHANGES_REQUESTED), S.CHANGES_REQUESTED),
    "reject": (decide(S.REJECTED), S.REJECTED),
    "approve": (decide(S.APPROVED), S.APPROVED),
}
# Which act is possible in which state; in every other one it is refused and changes nothing.
POSSIBLE = {
    S.SUBMITTED: {"withdraw", "claim", "request_changes", "reject", "approve"},
    S.IN_REVIEW: {"withdraw", "claim", "release", "request_changes", "reject", "approve"},
    S.CHANGES_REQUESTED: {"submit", "withdraw"},
    S.REJECTED: set(),
    S.WITHDRAWN: set(),
    S.APPROVED: set(),
}


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("act", ACTS)
def test_each_act_is_possible_in_exactly_these_states(state, act):
    change, (do, then) = a_change(state), ACTS[act]
    if act in POSSIBLE[state]:
        do(change)
        assert (change.state, change.version) == (then, 2)
    else:
        with pytest.raises(WrongChangeState):
            do(change)
        assert (change.state, change.version) == (state, 1)


@pytest.mark.parametrize("before", S)
@pytest.mark.parametrize("then", S)
def test_a_decision_leads_only_where_the_table_allows(before, then):
    change = a_change(before)
    if then not in {S.CHANGES_REQUESTED, S.REJECTED, S.APPROVED}:
        with pytest.raises(ValueError, match="no decision"):
            decide(then)(change)
    elif then in TRANSITIONS[before]:
        decide(then)(change)
        assert change.state is then
    else:
        with pytest.raises(WrongChangeState):
            decide(then)(change)


@pytest.mark.parametrize("act", ["withdraw", "reject", "approve", "request_changes"])
def test_what_leaves_the_queue_is_due_no_more_and_what_is_over_keeps_nothing_of_persons(act):
    change = a_change(S.IN_REVIEW, claimed_by="officer-1", claimed_until=LATER)
    ACTS[act][0](change)
    assert (change.due_at, change.claimed_by, change.claimed_until) == (None, "", None)
    assert bool(change.sealed) is (change.state in OPEN)


def test_only_the_holder_of_the_lease_decides_until_it_is_over():
    change = a_change(S.IN_REVIEW, claimed_by="officer-1", claimed_until=LATER)
    with pytest.raises(ChangeClaimed):
        change.decide(S.APPROVED, by="officer-2", at=NOW)
    change.decide(S.APPROVED, by="officer-2", at=LATER)
    assert change.decided_by == "officer-2"


@pytest.mark.parametrize("act", ["claim", "release", "approve", "reject", "request_changes"])
def test_nobody_works_on_their_own_change(act):
    change = a_change(S.IN_REVIEW, account_id="officer-1")
    with pytest.raises(OwnProvider):
        ACTS[act][0](change)


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("item", Item)
def test_what_proves_a_waiting_change_stays_as_it_was_put_forward(state, item):
    change = a_change(state)
    if state in QUEUED and item in {Item.ENTERPRISE, Item.REPRESENTATIVE}:
        with pytest.raises(WrongChangeState):
            change.refuse_new_proof(item)
    else:
        change.refuse_new_proof(item)


@pytest.mark.parametrize(
    ("proposal", "items"),
    [
        (Proposal(), ()),
        (Proposal(legal_name="新名称"), (Item.ENTERPRISE,)),
        (Proposal(registered_address="别处"), (Item.ENTERPRISE,)),
        (Proposal(persons={PersonRole.SETTLEMENT_ACCOUNT: b"x"}), (Item.SETTLEMENT_ACCOUNT,)),
        (PROPOSAL, (Item.ENTERPRISE, Item.REPRESENTATIVE)),
    ],
)
def test_a_proposal_names_what_is_to_be_verified(proposal, items):
    assert proposal.items == items
