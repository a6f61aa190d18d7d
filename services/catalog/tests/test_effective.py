"""The effective state: an AND over lifecycle, restrictions and standing, read at an instant."""

from datetime import timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.domain.effective import Lifecycle, effective, is_correction, spans
from services.catalog.tests.builders import (
    NOW,
    a_cause,
    a_restriction,
    a_seller,
    an_applicant,
    qualified_for,
    some_circumstances,
)
from shared.contracts.effects import Effect, Target
from shared.contracts.registry import Qualified, Standing
from shared.ids import new_id

E = Effect
SELLING = {E.LIST, E.ORDER, E.RENEW}


def blocked(circumstances, at=NOW):
    return {effect for effect, causes in effective(circumstances, at).items() if causes}


@pytest.mark.parametrize(
    ("lifecycle", "effects"),
    [
        (Lifecycle.UNPUBLISHED, SELLING | {E.USE, E.CALL_API}),
        (Lifecycle.LIVE, set()),
        (Lifecycle.WITHDRAWN, {E.LIST, E.ORDER}),
        (Lifecycle.DELISTED, {E.LIST, E.ORDER}),
        (Lifecycle.RETIRED, SELLING | {E.PUBLISH}),
    ],
)
def test_each_lifecycle_blocks_its_effects(lifecycle, effects):
    assert blocked(some_circumstances(lifecycle=lifecycle)) == effects


@pytest.mark.parametrize("kind", ["listing", "provider", "provider_category"])
@pytest.mark.parametrize("effect", E)
def test_a_restriction_on_any_target_blocks_exactly_its_effects(kind, effect):
    target = Target(kind=kind, id=new_id(), category="erp" if kind == "provider_category" else "")
    cause = a_cause(effect)
    found = effective(some_circumstances(restrictions=(a_restriction(target, cause),)), NOW)
    assert [because.decision_id for because in found[effect]] == [cause.decision_id]
    assert {e for e in E if found[e]} == {effect}
    assert found[effect][0].target == kind


@pytest.mark.parametrize(("offset", "is_blocked"), [(-1, False), (0, True), (3599, True), (3600, False)])
def test_a_restriction_holds_from_its_begin_until_before_its_end(offset, is_blocked):
    cause = a_cause(E.LIST, from_=NOW, until=NOW + timedelta(hours=1))
    restricted = some_circumstances(restrictions=(a_restriction(Target(kind="listing", id=new_id()), cause),))
    assert (E.LIST in blocked(restricted, NOW + timedelta(seconds=offset))) is is_blocked


def test_an_applicants_listing_cannot_be_sold_or_published():
    assert blocked(some_circumstances(seller=an_applicant())) == SELLING | {E.PUBLISH}


def test_an_unknown_seller_is_as_good_as_not_admitted():
    assert blocked(some_circumstances(seller=None)) == SELLING | {E.PUBLISH}


def test_what_the_registry_blocks_without_a_word_is_still_blocked():
    seller = a_seller(standing=Standing.EXITED, blocked=frozenset({E.USE}))
    [because] = effective(some_circumstances(seller=seller), NOW)[E.USE]
    assert (because.source, because.clause) == ("standing", "3.1")


@pytest.mark.parametrize(
    ("seller", "may_publish"),
    [
        (a_seller(), False),
        (a_seller(**qualified_for("design")), False),
        (a_seller(**qualified_for("erp")), True),
        (a_seller(categories=frozenset({"erp"})), True),
        (a_seller(**qualified_for("erp", NOW)), False),
        (a_seller(**qualified_for("erp", NOW + timedelta(seconds=1))), True),
    ],
)
def test_a_category_that_asks_for_a_qualification_is_open_only_while_one_holds(seller, may_publish):
    around = some_circumstances(category="erp", requires_qualification=True, seller=seller)
    causes = effective(around, NOW)[E.PUBLISH]
    assert (not causes) is may_publish
    assert all(because.clause == "3.2" for because in causes)


@pytest.mark.parametrize(
    ("seller", "off"),
    [
        (a_seller(), {E.PUBLISH}),
        (a_seller(**qualified_for("erp", NOW + timedelta(seconds=1))), set()),
        (a_seller(**qualified_for("erp", NOW)), {E.LIST, E.ORDER, E.PUBLISH}),
        (a_seller(qualifications=qualified_for("erp", NOW)["qualifications"]), {E.LIST, E.ORDER, E.PUBLISH}),
        (a_seller(**qualified_for("design", NOW)), {E.PUBLISH}),
    ],
)
def test_a_qualification_that_has_ended_takes_its_category_off_sale_and_leaves_use_and_renewal(seller, off):
    around = some_circumstances(category="erp", requires_qualification=True, seller=seller)
    causes = effective(around, NOW)
    assert {effect for effect, found in causes.items() if found} == off
    assert {(because.source, because.clause) for found in causes.values() for because in found} <= {
        ("qualification", "3.2")
    }


def test_what_has_ended_blocks_only_where_the_registry_names_it():
    named = some_circumstances(category="design", seller=a_seller(**qualified_for("design", NOW)))
    assert blocked(named) == {E.LIST, E.ORDER, E.PUBLISH}
    assert blocked(named, NOW - timedelta(seconds=1)) == set()


def test_a_category_that_asks_for_none_is_open_to_every_admitted_provider():
    assert blocked(some_circumstances(category="design")) == set()


def test_every_cause_is_explained_side_by_side():
    target = Target(kind="provider", id=new_id())
    around = some_circumstances(
        lifecycle=Lifecycle.DELISTED, seller=an_applicant(), restrictions=(a_restriction(target, a_cause(E.LIST)),)
    )
    assert [because.source for because in effective(around, NOW)[E.LIST]] == ["lifecycle", "standing", "restriction"]


def test_an_open_penalty_on_the_listing_makes_a_new_version_a_correction():
    target = Target(kind="listing", id=new_id())
    lapsed = a_cause(E.LIST, until=NOW)
    assert is_correction(some_circumstances(restrictions=(a_restriction(target, a_cause(E.LIST)),)), NOW)
    assert not is_correction(some_circumstances(restrictions=(a_restriction(target, lapsed),)), NOW)
    assert not is_correction(some_circumstances(), NOW)


TARGETS = [
    Target(kind="listing", id=new_id()),
    Target(kind="provider", id=new_id()),
    Target(kind="provider_category", id=new_id(), category="erp"),
]
SETS = st.lists(
    st.tuples(st.sampled_from(TARGETS), st.frozensets(st.sampled_from(list(E)), min_size=1)), min_size=1, max_size=6
)


@given(SETS, st.data())
def test_lifting_one_penalty_gives_back_exactly_what_only_it_blocked(penalties, data):
    causes = [(target, a_cause(*effects)) for target, effects in penalties]
    lifted = data.draw(st.integers(0, len(causes) - 1))

    def state(held):
        return blocked(some_circumstances(restrictions=tuple(a_restriction(target, cause) for target, cause in held)))

    rest = causes[:lifted] + causes[lifted + 1 :]
    assert state(causes) - state(rest) == causes[lifted][1].effects - state(rest)
    assert state([]) == set()


def test_the_order_of_restrictions_does_not_matter():
    held = [a_restriction(target, a_cause(effect)) for target, effect in zip(TARGETS, E, strict=False)]
    for one, two in combinations(held, 2):
        assert blocked(some_circumstances(restrictions=(one, two))) == blocked(
            some_circumstances(restrictions=(two, one))
        )


HOURS = st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours))
CAUSES = st.builds(
    lambda effects, start, end: a_cause(*effects, from_=start, until=end),
    st.frozensets(st.sampled_from(list(E)), min_size=1),
    HOURS,
    st.none() | HOURS,
)
QUALIFICATIONS = st.lists(
    st.builds(Qualified, category=st.sampled_from(["erp", "design"]), expires_at=st.none() | HOURS),
    max_size=2,
    unique_by=lambda qualified: qualified.category,
)
AROUND = st.builds(
    lambda lifecycle, asks, seller, qualified, causes: some_circumstances(
        lifecycle=lifecycle,
        category="erp",
        requires_qualification=asks,
        seller=seller and seller.model_copy(update={"qualifications": tuple(qualified)}),
        restrictions=tuple(a_restriction(target, *held) for target, held in zip(TARGETS, causes, strict=True)),
    ),
    st.sampled_from(Lifecycle),
    st.booleans(),
    st.none() | st.sampled_from([a_seller(), an_applicant(), a_seller(categories=frozenset({"erp"}))]),
    QUALIFICATIONS,
    st.tuples(*[st.lists(CAUSES, max_size=2)] * len(TARGETS)),
)


@given(AROUND, st.sampled_from(list(E)), st.integers(-8, 8))
def test_an_instant_lies_in_the_spans_exactly_when_the_effect_is_blocked_then(around, effect, half_hours):
    at = NOW + timedelta(minutes=30 * half_hours)
    within = [start <= at and (end is None or at < end) for start, end in spans(around, effect)]
    assert any(within) == bool(effective(around, at)[effect])
    assert sum(within) <= 1


@given(AROUND, st.sampled_from(list(E)))
def test_spans_come_in_order_and_leave_something_between_them(around, effect):
    found = spans(around, effect)
    assert all(end is None or start < end for start, end in found)
    assert all(one[1] is not None and one[1] < two[0] for one, two in pairwise(found))
