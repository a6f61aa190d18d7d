"""Every state of a review, every step, and who may take it."""

from datetime import timedelta

import pytest

from services.catalog.domain.errors import (
    NothingToReview,
    OwnDecision,
    OwnProvider,
    ReviewClaimed,
    ReviewUnclaimed,
    SampleSettled,
    SecondReviewerNeeded,
)
from services.catalog.domain.review import CLAIMED_FOR, QUEUED, TRANSITIONS, Decision, ReviewState
from services.catalog.domain.sample import TRANSITIONS as SAMPLE_TRANSITIONS
from services.catalog.domain.sample import Sample, SampleState, Sampling
from services.catalog.tests.builders import NOW, a_review, a_verdict
from shared.ids import new_id

S = ReviewState
ALLOWED = {
    (S.OPEN, S.AWAITING_SECOND),
    (S.OPEN, S.DECIDED),
    (S.OPEN, S.VOID),
    (S.AWAITING_SECOND, S.DECIDED),
    (S.AWAITING_SECOND, S.VOID),
}
LATER = NOW + CLAIMED_FOR


def claim(review, by="reviewer-1", at=NOW):
    review.claim(by=by, at=at, until=at + CLAIMED_FOR)


@pytest.mark.parametrize("now", S)
@pytest.mark.parametrize("then", S)
def test_only_the_drawn_transitions_are_allowed(now, then):
    assert (then in TRANSITIONS[now]) == ((now, then) in ALLOWED)


@pytest.mark.parametrize("state", [s for s in S if s not in QUEUED])
@pytest.mark.parametrize("act", ["claim", "release", "approve", "refuse"])
def test_what_is_over_takes_no_step(state, act):
    review = a_review(state=state)
    acts = {
        "claim": lambda: claim(review),
        "release": lambda: review.release(by="reviewer-1", at=NOW),
        "approve": lambda: review.decide(Decision.APPROVE, a_verdict()),
        "refuse": lambda: review.decide(Decision.REJECT, a_verdict()),
    }
    with pytest.raises(NothingToReview):
        acts[act]()
    review.void()
    assert review.state is state


@pytest.mark.parametrize("state", sorted(QUEUED))
@pytest.mark.parametrize("decision", [Decision.REJECT, Decision.REQUEST_CHANGES])
def test_a_refusal_needs_one_person(state, decision):
    review = a_review(state=state, needs_second=True)
    assert review.decide(decision, a_verdict())
    assert (review.state, review.decision, review.is_overruled) == (S.DECIDED, decision, state is S.AWAITING_SECOND)


def test_one_approval_settles_what_is_of_low_risk():
    review = a_review()
    assert review.decide(Decision.APPROVE, a_verdict())
    assert (review.state, review.decided_by, review.deciders) == (S.DECIDED, "reviewer-1", ("reviewer-1",))


def test_of_high_risk_two_different_people_approve():
    review = a_review(needs_second=True)
    assert not review.decide(Decision.APPROVE, a_verdict())
    assert (review.state, review.first_by, review.decided_by) == (S.AWAITING_SECOND, "reviewer-1", "")
    for act in (lambda: review.decide(Decision.APPROVE, a_verdict()), lambda: claim(review)):
        with pytest.raises(SecondReviewerNeeded):
            act()
    assert review.decide(Decision.APPROVE, a_verdict("reviewer-2"))
    assert (review.state, review.deciders, review.is_overruled) == (S.DECIDED, ("reviewer-1", "reviewer-2"), False)


def test_a_claim_keeps_others_away_until_it_ends_by_itself():
    review = a_review()
    claim(review)
    for act in (
        lambda: claim(review, "reviewer-2"),
        lambda: review.release(by="reviewer-2", at=NOW),
        lambda: review.decide(Decision.APPROVE, a_verdict("reviewer-2")),
    ):
        with pytest.raises(ReviewClaimed):
            act()
    claim(review, "reviewer-2", at=LATER)
    assert review.claimed_by == "reviewer-2"


def test_claiming_again_prolongs_and_releasing_gives_back():
    review = a_review()
    claim(review)
    claim(review, at=NOW + timedelta(minutes=20))
    assert review.claimed_until == NOW + timedelta(minutes=20) + CLAIMED_FOR
    review.release(by="reviewer-1", at=NOW + timedelta(minutes=21))
    claim(review, "reviewer-2", at=NOW + timedelta(minutes=21))
    with pytest.raises(ReviewUnclaimed):
        a_review().release(by="reviewer-1", at=NOW)


def test_nobody_reviews_their_own_provider():
    review = a_review(account_id="anna")
    for act in (lambda: claim(review, "anna"), lambda: review.decide(Decision.APPROVE, a_verdict("anna"))):
        with pytest.raises(OwnProvider):
            act()


def a_sample(**values):
    defaults = {
        "sample_id": new_id(), "review_id": new_id(), "listing_id": new_id(), "number": 1, "provider_id": new_id(),
        "account_id": "shop", "deciders": ("reviewer-1",), "opened_at": NOW,
    }  # fmt: skip
    return Sample(**{**defaults, **values})


@pytest.mark.parametrize("now", SampleState)
@pytest.mark.parametrize("then", SampleState)
def test_a_sample_is_judged_once(now, then):
    sample = a_sample(state=now)
    if then in SAMPLE_TRANSITIONS[now]:
        sample.settle(then, by="reviewer-2", at=NOW, reason="seen")
        assert (sample.state, sample.version) == (then, 2)
    else:
        with pytest.raises(SampleSettled):
            sample.settle(then, by="reviewer-2", at=NOW, reason="seen")


@pytest.mark.parametrize(("by", "refusal"), [("reviewer-1", OwnDecision), ("shop", OwnProvider)])
def test_a_sample_is_judged_by_somebody_else(by, refusal):
    with pytest.raises(refusal):
        a_sample().settle(SampleState.AGREED, by=by, at=NOW, reason="mine")


def test_the_first_decisions_are_all_looked_at_and_then_about_the_share():
    sampling, drawn = Sampling(percent=5, first_decisions=3), [new_id() for _ in range(4_000)]
    assert all(sampling.takes(review_id, 2) for review_id in drawn[:50])
    taken = [review_id for review_id in drawn if sampling.takes(review_id, 3)]
    assert 120 <= len(taken) <= 290
    assert taken == [review_id for review_id in drawn if sampling.takes(review_id, 3)]
    assert not any(Sampling(percent=0).takes(review_id, 100) for review_id in drawn)
