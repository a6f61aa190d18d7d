"""Which version is live: a function of the approvals and of what is in force, so that lifting gives back what was."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.domain.effective import Lifecycle
from services.catalog.domain.publication import Freeze, freeze_of, settle
from services.catalog.domain.version import VersionState
from services.catalog.tests.builders import (
    NOW,
    a_cause,
    a_listing,
    a_restriction,
    a_verdict,
    a_version,
    an_applicant,
    some_circumstances,
)
from shared.contracts.effects import Effect, Target
from shared.ids import new_id

S = VersionState
HOUR = timedelta(hours=1)
TARGET = Target(kind="provider", id=new_id())


def published(count, *, waiting=0):
    """A listing whose versions went live one hour after the other, and approved ones that never did."""
    listing = a_listing()
    versions = []
    for index in range(count + waiting):
        at = NOW - HOUR * (count - index)
        version = a_version(listing, S.SUBMITTED, number=index + 1, submitted_at=at)
        versions.append(version)
        listing.approve(version, a_verdict(at=at))
        if index < count:
            settle(listing, versions, Freeze(), at)
    return listing, versions


def frozen(*causes, **values):
    return freeze_of(some_circumstances(restrictions=(a_restriction(TARGET, *causes),), **values), NOW)


def a_freeze(hours, until=None):
    return a_cause(Effect.PUBLISH, from_=NOW - HOUR * hours, until=until)


def snapshot(listing, versions):
    return (
        listing.live_number,
        listing.lifecycle,
        listing.published_at,
        listing.first_published_at,
        [(version.state, version.went_live_at) for version in versions],
    )


@pytest.mark.parametrize(
    ("hours", "states", "lifecycle"),
    [
        (0, [S.SUPERSEDED, S.SUPERSEDED, S.LIVE], Lifecycle.LIVE),
        (1, [S.SUPERSEDED, S.LIVE, S.APPROVED], Lifecycle.LIVE),
        (2, [S.LIVE, S.SUPERSEDED, S.APPROVED], Lifecycle.LIVE),
        (3, [S.SUPERSEDED, S.SUPERSEDED, S.APPROVED], Lifecycle.WITHDRAWN),
    ],
)
def test_what_went_live_at_or_after_the_begin_of_a_freeze_is_withdrawn(hours, states, lifecycle):
    listing, versions = published(3)
    settle(listing, versions, frozen(a_freeze(hours)), NOW)
    assert ([version.state for version in versions], listing.lifecycle) == (states, lifecycle)


def test_a_missing_standing_keeps_new_versions_away_and_withdraws_none():
    listing, versions = published(1, waiting=1)
    settle(listing, versions, freeze_of(some_circumstances(seller=an_applicant()), NOW), NOW)
    assert [version.state for version in versions] == [S.LIVE, S.APPROVED]


def test_what_waits_is_looked_at_again_when_the_next_restriction_ends():
    listing, versions = published(1, waiting=1)
    settle(listing, versions, frozen(a_freeze(0, NOW + HOUR), a_freeze(0, NOW + 2 * HOUR), a_freeze(0)), NOW)
    assert listing.settle_at == NOW + HOUR
    settle(listing, versions, Freeze(), NOW + HOUR)
    assert (listing.settle_at, versions[1].state, versions[1].went_live_at) == (None, S.LIVE, NOW + HOUR)


def test_of_several_that_waited_the_newest_goes_live():
    listing, versions = published(1, waiting=2)
    [fact] = settle(listing, versions, Freeze(), NOW)
    assert (fact.version, [version.state for version in versions]) == (3, [S.SUPERSEDED, S.SUPERSEDED, S.LIVE])


def test_a_penalty_on_the_listing_itself_lets_through_what_answers_it_and_nothing_else_does():
    listing, versions = published(1, waiting=1)
    own, provider = a_freeze(0), a_freeze(0)
    on_listing = a_restriction(Target(kind="listing", id=listing.listing_id), own)
    alone = freeze_of(some_circumstances(restrictions=(on_listing,)), NOW)
    both = freeze_of(some_circumstances(restrictions=(on_listing, a_restriction(TARGET, provider))), NOW)
    settle(listing, versions, alone, NOW)
    assert [version.state for version in versions] == [S.LIVE, S.APPROVED]
    versions[1].answers = (own.penalty_id,)
    settle(listing, versions, both, NOW)
    assert [version.state for version in versions] == [S.LIVE, S.APPROVED]
    settle(listing, versions, alone, NOW)
    assert [version.state for version in versions] == [S.SUPERSEDED, S.LIVE]


def test_a_delisted_listing_stays_delisted_through_a_freeze_and_after_it():
    listing, versions = published(2)
    listing.delist(versions[1], NOW)
    for freeze in (frozen(a_freeze(1)), frozen(a_freeze(2)), Freeze()):
        settle(listing, versions, freeze, NOW)
        assert listing.lifecycle is Lifecycle.DELISTED


def test_what_a_freeze_takes_back_may_be_a_relisting():
    listing, versions = published(1)
    listing.delist(versions[0], NOW - 2 * HOUR / 3)
    back = a_version(listing, S.SUBMITTED, number=2, submitted_at=NOW - HOUR / 2)
    versions.append(back)
    listing.approve(back, a_verdict())
    settle(listing, versions, Freeze(), NOW - HOUR / 3)
    before = snapshot(listing, versions)
    assert listing.lifecycle is Lifecycle.LIVE
    settle(listing, versions, frozen(a_cause(Effect.PUBLISH, from_=NOW - HOUR / 3)), NOW)
    assert (listing.lifecycle, listing.live_number) == (Lifecycle.DELISTED, 1)
    settle(listing, versions, Freeze(), NOW)
    assert snapshot(listing, versions) == before


FREEZES = st.frozensets(st.integers(0, 6), max_size=4)


@given(st.integers(1, 5), st.none() | st.integers(0, 5), st.lists(FREEZES, max_size=6))
def test_lifting_gives_back_exactly_what_was_whatever_came_and_went_between(count, delisted, sequence):
    listing, versions = published(count)
    if delisted is not None:
        listing.delist(versions[-1], NOW - HOUR * delisted / 2)
    settle(listing, versions, Freeze(), NOW)
    before = snapshot(listing, versions)
    for held in [*sequence, frozenset()]:
        settle(listing, versions, frozen(*(a_freeze(hours) for hours in sorted(held))), NOW)
    assert snapshot(listing, versions) == before


@given(st.integers(1, 5), st.integers(0, 2), st.lists(FREEZES.filter(bool), max_size=6), FREEZES)
def test_only_what_is_in_force_now_decides_what_is_live(count, waiting, sequence, last):
    listing, versions = published(count, waiting=waiting)
    other, same = published(count, waiting=waiting)
    for held in [*sequence, last]:
        settle(listing, versions, frozen(*(a_freeze(hours) for hours in sorted(held))), NOW)
    settle(other, same, frozen(*(a_freeze(hours) for hours in sorted(last))), NOW)
    assert (listing.live_number, listing.lifecycle) == (other.live_number, other.lifecycle)


@given(st.integers(0, 4), st.integers(0, 2), st.lists(FREEZES, max_size=6))
def test_at_most_one_version_is_live_and_settling_again_says_nothing(count, waiting, sequence):
    listing, versions = published(count, waiting=waiting)
    for held in sequence:
        freeze = frozen(*(a_freeze(hours) for hours in sorted(held)))
        settle(listing, versions, freeze, NOW)
        assert sum(version.state is S.LIVE for version in versions) <= 1
        assert settle(listing, versions, freeze, NOW) == []
