"""Groups by themselves: whatever comes in whatever order, the same accounts belong together."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.domain.group import Graph, Group, regroup
from services.registry.domain.proposal import Basis, Pair, pair_of
from services.registry.domain.trait import Ground, TraitKind
from shared.contracts.registry import GroupChanged

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
A, B, C, D, E = (UUID(int=number) for number in range(1, 6))


def code(name):
    return TraitKind.CODE, name.encode()


def person(name):
    return TraitKind.REPRESENTATIVE, name.encode()


@dataclass
class Market:
    """All accounts and groups, changed step by step as the registry does."""

    strong: dict[UUID, set[Ground]] = field(default_factory=dict)
    confirmed: dict[Pair, Basis] = field(default_factory=dict)
    groups: dict[UUID, Group] = field(default_factory=dict)
    told: list[GroupChanged] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=lambda: count(100))
    at: datetime = AT

    def state(self, account, *grounds):
        self.strong[account] = set(grounds)
        self._follow({account})

    def confirm(self, one, other, basis=Basis.EVIDENCE):
        self.confirmed[pair_of(one, other)] = basis
        self._follow({one, other})

    def undo(self, one, other):
        self.confirmed.pop(pair_of(one, other), None)
        self._follow({one, other})

    def _follow(self, touched):
        """Looks no further than the registry does: at the touched accounts, their links, and the groups of those."""
        touched &= set(self.strong)
        reached = set(touched)
        for account in touched:
            reached |= {other for other, grounds in self.strong.items() if grounds & self.strong[account]}
            reached |= {other for pair in self._pairs() if account in pair for other in pair}
        olds = [group for group in self.groups.values() if reached & set(group.members)]
        reached.update(*(old.members for old in olds))
        graph = Graph(
            {account: self.strong[account] for account in reached},
            {pair: basis for pair, basis in self._pairs().items() if reached & set(pair)},
        )
        self.at += timedelta(minutes=1)
        for group in regroup(olds, graph, self.at, lambda: UUID(int=next(self.numbers))):
            self.groups[group.group_id] = group
            self.told.append(group.state())

    def _pairs(self):
        return {pair: basis for pair, basis in self.confirmed.items() if set(pair) <= set(self.strong)}

    @property
    def partition(self):
        return {frozenset(group.members) for group in self.groups.values() if group.members}


def whole(market):
    """The definition itself, computed at once from everything there is."""
    return {part for part in Graph(market.strong, market._pairs()).components() if len(part) > 1}


accounts = st.sampled_from([A, B, C, D, E])
grounds = st.frozensets(st.sampled_from([code("x"), code("y"), person("p"), person("q")]), max_size=2)
two = st.lists(accounts, min_size=2, max_size=2, unique=True)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("state"), accounts, grounds),
        st.tuples(st.just("confirm"), two),
        st.tuples(st.just("undo"), two),
    ),
    max_size=14,
)


def run(taken):
    market = Market()
    for name, *arguments in taken:
        if name == "state":
            market.state(arguments[0], *arguments[1])
        else:
            getattr(market, name)(*arguments[0])
    return market


@settings(max_examples=300, deadline=None)
@given(steps)
def test_step_by_step_gives_what_the_definition_gives(taken):
    market = run(taken)
    assert market.partition == whole(market)
    members = [account for part in market.partition for account in part]
    assert len(members) == len(set(members))


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(accounts, grounds, min_size=2),
    st.lists(two, max_size=4),
    st.lists(two, max_size=3),
    st.randoms(use_true_random=False),
)
def test_the_order_of_arrival_does_not_matter(stated, confirmed, undone, random):
    """Accounts, confirmations and undos in any order; only what is said of one pair keeps its own."""
    gone = {pair_of(*pair) for pair in undone}
    said: list[tuple[Any, ...]] = [("state", account, held) for account, held in stated.items()]
    said += [("confirm", pair) for pair in confirmed if pair_of(*pair) not in gone]
    said += [("undo", pair) for pair in undone]
    shuffled = random.sample(said, len(said))
    assert run(said).partition == run(shuffled).partition


@settings(max_examples=200, deadline=None)
@given(steps)
def test_versions_count_up_one_by_one_and_a_later_state_is_later(taken):
    last: dict[UUID, GroupChanged] = {}
    for told in run(taken).told:
        before = last.get(told.group_id)
        assert told.version == (before.version + 1 if before else 1)
        assert before is None or told.changed_at > before.changed_at
        last[told.group_id] = told


@settings(max_examples=200, deadline=None)
@given(steps)
def test_whoever_follows_the_facts_knows_the_groups(taken):
    market, copy = run(taken), {}
    for told in market.told:
        copy[told.group_id] = frozenset(member.provider_id for member in told.members)
    assert {members for members in copy.values() if len(members) > 1} == market.partition


def test_the_oldest_group_survives_a_merge_and_the_other_says_where_its_members_went():
    market = Market()
    for account, name in ((A, "x"), (B, "x"), (C, "y"), (D, "y")):
        market.state(account, code(name))
    older, newer = sorted(market.groups.values(), key=lambda group: group.age)
    market.confirm(B, C)
    assert market.groups[older.group_id].members.keys() == {A, B, C, D}
    gone = market.groups[newer.group_id]
    assert (gone.members, gone.merged_into, gone.version) == ({}, older.group_id, newer.version + 1)
    kept = market.groups[older.group_id].members
    assert kept[A].since == older.members[A].since
    assert kept[D].since == market.at


def test_a_group_that_falls_apart_lives_on_in_its_largest_part():
    market = Market()
    for account in (A, B, C, D):
        market.state(account)
    market.confirm(A, B)
    market.confirm(B, C)
    market.confirm(C, D)
    (group_id,) = (group.group_id for group in market.groups.values() if group.members)
    market.undo(A, B)
    assert market.groups[group_id].members.keys() == {B, C, D}
    market.undo(C, D)
    market.undo(B, C)
    assert market.partition == set()
    assert market.groups[group_id].state().members == ()


def test_who_states_another_code_leaves_and_a_confirmed_pair_stays():
    market = Market()
    for account in (A, B, C):
        market.state(account, code("x"))
    market.confirm(A, C)
    market.state(A, code("other"))
    market.state(B, code("another"))
    assert market.partition == {frozenset({A, C})}


def test_the_basis_is_the_laws_own_before_a_judgement():
    graph = Graph({A: {code("x"), person("p")}, B: {code("x")}, C: {person("p")}, D: set()}, {(A, D): Basis.EVIDENCE})
    assert [graph.basis_of(account) for account in (A, B, C, D)] == ["code", "code", "representative", "evidence"]
    assert graph.cluster(B) == {A, B, C}
    assert graph.components() == [frozenset({A, B, C, D})]


def test_a_group_tells_its_whole_state_in_the_order_of_joining():
    market = Market()
    market.state(B, code("x"))
    market.state(C, code("x"))
    market.state(A, code("x"))
    told = market.told[-1]
    assert isinstance(told, GroupChanged)
    assert [member.provider_id for member in told.members] == [B, C, A]
    assert told.version == 2


def test_nothing_changes_when_nothing_changed():
    market = Market()
    market.state(A, code("x"))
    market.state(B, code("x"))
    said = len(market.told)
    market.state(B, code("x"))
    assert len(market.told) == said


def test_a_group_alone_is_none():
    assert regroup([], Graph({A: {code("x")}}), AT, lambda: A) == []
    assert Group(A, AT, AT).state().members == ()
