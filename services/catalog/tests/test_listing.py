"""Every state of a version, every transition, and what a listing keeps through them."""

from datetime import timedelta

import pytest

from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.errors import (
    CategoryFixed,
    KindFixed,
    ListingRetired,
    NeverPublished,
    NothingToReview,
    NothingToSubmit,
    ScreeningBlocked,
    UnderReview,
)
from services.catalog.domain.publication import Freeze, settle
from services.catalog.domain.screening.finding import Finding, Said, Severity
from services.catalog.domain.version import TRANSITIONS, WAITING, VersionState
from services.catalog.tests.builders import NOW, a_content, a_listing, a_verdict, a_version
from shared.contracts.catalog import (
    ListingChangesRequested,
    ListingDelisted,
    ListingKind,
    ListingLifecycle,
    ListingPublished,
    ListingRejected,
)
from shared.contracts.catalog import ListingRetired as ListingRetiredFact

S = VersionState
ALLOWED = {
    (S.DRAFT, S.SUBMITTED),
    (S.SUBMITTED, S.IN_REVIEW),
    (S.SUBMITTED, S.APPROVED),
    (S.SUBMITTED, S.CHANGES_REQUESTED),
    (S.SUBMITTED, S.REJECTED),
    (S.IN_REVIEW, S.APPROVED),
    (S.IN_REVIEW, S.CHANGES_REQUESTED),
    (S.IN_REVIEW, S.REJECTED),
    (S.APPROVED, S.LIVE),
    (S.APPROVED, S.SUPERSEDED),
    (S.LIVE, S.SUPERSEDED),
    (S.LIVE, S.APPROVED),
    (S.SUPERSEDED, S.LIVE),
}


def go_live(listing, version, live=None, at=NOW):
    """An approval while nothing blocks publishing."""
    listing.approve(version, a_verdict(at=at))
    return settle(listing, [v for v in (version, live) if v], Freeze(), at)


SAID = Said("说明。", "Said.")


@pytest.mark.parametrize("now", S)
@pytest.mark.parametrize("then", S)
def test_only_the_drawn_transitions_are_allowed(now, then):
    assert (then in TRANSITIONS[now]) == ((now, then) in ALLOWED)


@pytest.mark.parametrize("state", [s for s in S if s is not S.DRAFT and s not in WAITING])
def test_only_a_draft_is_submitted(state):
    listing = a_listing()
    with pytest.raises(NothingToSubmit):
        listing.submit(a_version(listing, state), (), NOW)


@pytest.mark.parametrize("state", sorted(WAITING))
def test_submitting_what_waits_already_changes_nothing(state):
    listing = a_listing()
    assert listing.submit(a_version(listing, state), (), NOW) == []
    assert listing.version == 1


@pytest.mark.parametrize("state", [s for s in S if s not in WAITING])
@pytest.mark.parametrize("act", ["approve", "request_changes", "reject", "begin_review"])
def test_only_what_waits_is_reviewed(state, act):
    listing = a_listing()
    version = a_version(listing, state)
    acts = {
        "approve": lambda: listing.approve(version, a_verdict()),
        "request_changes": lambda: listing.request_changes(version, a_verdict()),
        "reject": lambda: listing.reject(version, a_verdict()),
        "begin_review": lambda: listing.begin_review(version),
    }
    with pytest.raises(NothingToReview):
        acts[act]()


@pytest.mark.parametrize("state", sorted(WAITING))
def test_what_waits_cannot_be_rewritten(state):
    listing = a_listing()
    with pytest.raises(UnderReview):
        listing.write(a_version(listing, state), listing.kind, a_content(name="新名"), NOW)


@pytest.mark.parametrize("state", [S.CHANGES_REQUESTED, S.REJECTED, S.APPROVED, S.LIVE])
def test_after_a_decision_a_new_version_begins_and_the_decided_one_stays(state):
    listing = a_listing()
    decided = a_version(listing, state)
    draft = listing.write(decided, listing.kind, a_content(name="新名"), NOW)
    assert (draft.number, draft.state, draft.content.name) == (2, S.DRAFT, "新名")
    assert (decided.state, decided.content.name, listing.newest_number) == (state, "快打单", 2)


def test_a_draft_is_rewritten_in_place():
    listing = a_listing()
    draft = a_version(listing)
    assert listing.write(draft, listing.kind, a_content(name="新名"), NOW) is draft
    assert (draft.content.name, listing.newest_number) == ("新名", 1)


def test_an_approved_version_goes_live_and_fixes_the_category():
    listing = a_listing()
    version = a_version(listing, S.SUBMITTED)
    [fact] = go_live(listing, version)
    assert isinstance(fact, ListingPublished)
    assert (fact.callback_url, fact.kind, fact.version) == (version.content.callback_url, ListingKind.APPLICATION, 1)
    assert (listing.lifecycle, listing.category, version.state) == (Lifecycle.LIVE, "order-processing", S.LIVE)
    with pytest.raises(CategoryFixed):
        listing.write(version, listing.kind, a_content(category="erp"), NOW)


def test_before_the_first_approval_the_category_is_the_providers_choice():
    listing = a_listing()
    assert listing.write(a_version(listing), listing.kind, a_content(category="erp"), NOW).content.category == "erp"


def test_the_live_version_stays_until_its_successor_is_approved():
    listing = a_listing()
    live = a_version(listing, S.SUBMITTED)
    go_live(listing, live)
    successor = listing.write(live, listing.kind, a_content(name="新名"), NOW)
    listing.submit(successor, (), NOW)
    [sent_back] = listing.request_changes(successor, a_verdict())
    assert isinstance(sent_back, ListingChangesRequested)
    assert (sent_back.version, sent_back.clauses) == (2, ("4.3.2",))
    assert (listing.live_number, live.state) == (1, S.LIVE)
    better = listing.write(successor, listing.kind, a_content(name="更新名"), NOW)
    listing.submit(better, (), NOW)
    [fact] = go_live(listing, better, live, at=NOW + timedelta(days=1))
    assert (fact.name, fact.version, live.state) == ("更新名", 3, S.SUPERSEDED)
    assert listing.first_published_at == NOW


def test_a_rejection_says_the_clauses_and_the_reason():
    listing = a_listing()
    [fact] = listing.reject(a_version(listing, S.IN_REVIEW), a_verdict(reason="misleading", clauses=("6.1.2(1)",)))
    assert isinstance(fact, ListingRejected)
    assert (fact.clauses, fact.reason) == (("6.1.2(1)",), "misleading")


def test_a_blocking_finding_forbids_the_submission_and_is_listed():
    listing = a_listing()
    finding = Finding("d", "6.1.2(3)", Severity.BLOCKS, "name", 0, 2, "最佳", SAID, SAID)
    with pytest.raises(ScreeningBlocked) as refused:
        listing.submit(a_version(listing), (finding,), NOW)
    assert refused.value.facts["findings"][0]["matched"] == "最佳"


def test_a_warning_goes_to_the_reviewer():
    listing = a_listing()
    draft = a_version(listing)
    finding = Finding("d", "6.1.2(3)", Severity.WARNS, "name", 0, 2, "首选", SAID, SAID)
    [fact] = listing.submit(draft, (finding,), NOW)
    assert (draft.findings, fact.version) == ((finding,), 1)


def test_the_kind_of_a_listing_stays():
    listing = a_listing()
    with pytest.raises(KindFixed):
        listing.write(a_version(listing), ListingKind.SERVICE, a_content(), NOW)


def test_a_retired_listing_is_told_once_and_takes_nothing_more():
    listing = a_listing()
    live = a_version(listing, S.SUBMITTED)
    go_live(listing, live)
    [fact] = listing.retire(live)
    assert isinstance(fact, ListingRetiredFact)
    assert fact.lifecycle is ListingLifecycle.RETIRED
    assert listing.retire(live) == []
    with pytest.raises(ListingRetired):
        listing.write(live, listing.kind, a_content(), NOW)


def test_a_retired_draft_was_never_on_the_market_so_nothing_is_told():
    assert a_listing().retire(None) == []


@pytest.mark.parametrize("act", ["write", "submit", "begin_review", "request_changes", "reject"])
def test_every_step_counts_the_version_up(act):
    listing = a_listing()
    version = a_version(listing, S.DRAFT if act in ("write", "submit") else S.SUBMITTED)
    acts = {
        "write": lambda: listing.write(version, listing.kind, a_content(), NOW),
        "submit": lambda: listing.submit(version, (), NOW),
        "begin_review": lambda: listing.begin_review(version),
        "request_changes": lambda: listing.request_changes(version, a_verdict()),
        "reject": lambda: listing.reject(version, a_verdict()),
    }
    acts[act]()
    assert listing.version == 2


def a_live_listing():
    listing = a_listing()
    live = a_version(listing, S.SUBMITTED, submitted_at=NOW)
    go_live(listing, live)
    return listing, live


def test_a_delisting_is_told_once_and_only_of_what_was_on_the_market():
    listing, live = a_live_listing()
    [fact] = listing.delist(live, NOW)
    assert isinstance(fact, ListingDelisted)
    assert (fact.lifecycle, fact.first_published_at) == (ListingLifecycle.DELISTED, NOW)
    assert listing.delist(live, NOW) == []
    with pytest.raises(NeverPublished):
        a_listing().delist(None, NOW)


def test_a_move_takes_along_what_is_being_written_but_no_decided_version():
    listing, live = a_live_listing()
    draft = listing.write(live, listing.kind, a_content(name="新名"), NOW)
    [fact] = listing.move("erp", live, draft)
    assert (fact.category, listing.category, draft.content.category) == ("erp", "erp", "erp")
    assert live.content.category == "order-processing"
