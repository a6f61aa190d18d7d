"""Accounts that are one provider (6.5.11): what holds them together, and how groups follow when that changes.

The groups are the connected components of the graph whose nodes are the accounts and whose edges are an equal code, an
equal representative, and each pair that staff confirmed and did not undo. So neither the order in which accounts came
nor that in which they were judged matters. An edge of the law's own (equal code or representative) is nobody's to
undo: it ends when the account states another one.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.registry.domain.proposal import Basis, Pair
from services.registry.domain.trait import Ground
from shared.contracts.registry import GroupChanged, Member

_TICK = timedelta(microseconds=1)
Component = frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Graph:
    """Accounts with their strong traits, and the confirmed pairs among them with the basis of each."""

    strong: Mapping[UUID, Collection[Ground]]
    confirmed: Mapping[Pair, Basis] = field(default_factory=dict)

    def components(self) -> list[Component]:
        """In an order that depends on nothing but the ids."""
        roots = {account: account for account in self.strong}
        for one, other in self._edges():
            low, high = sorted((_root(roots, one), _root(roots, other)))
            roots[high] = low
        parts: dict[UUID, set[UUID]] = {}
        for account in roots:
            parts.setdefault(_root(roots, account), set()).add(account)
        return [frozenset(parts[root]) for root in sorted(parts)]

    def cluster(self, account: UUID) -> Component:
        """Who shares a code or a representative with the account, directly or through others: inseparable."""
        return next(part for part in Graph(self.strong).components() if account in part)

    def basis_of(self, account: UUID) -> Basis:
        """Why the account belongs to others; the law's own ground before a judgement."""
        shared = {ground for other, grounds in self.strong.items() if other != account for ground in grounds}
        found = {Basis(ground[0].value) for ground in self.strong[account] if ground in shared}
        found |= {basis for pair, basis in self.confirmed.items() if account in pair}
        return next(basis for basis in Basis if basis in found)

    def _edges(self) -> Iterable[Pair]:
        first: dict[Ground, UUID] = {}
        for account, grounds in self.strong.items():
            for ground in grounds:
                yield first.setdefault(ground, account), account
        yield from self.confirmed


def _root(roots: dict[UUID, UUID], account: UUID) -> UUID:
    while roots[account] != account:
        roots[account] = roots[roots[account]]
        account = roots[account]
    return account


@dataclass(frozen=True, slots=True)
class Group:
    """A group in one version. Fewer than two members: it is no more."""

    group_id: UUID
    founded_at: datetime
    changed_at: datetime
    version: int = 0
    members: Mapping[UUID, Member] = field(default_factory=dict)
    merged_into: UUID | None = None

    @property
    def age(self) -> tuple[datetime, UUID]:
        return self.founded_at, self.group_id

    def state(self) -> GroupChanged:
        members = sorted(self.members.values(), key=lambda member: (member.since, member.provider_id))
        return GroupChanged(
            group_id=self.group_id,
            version=self.version,
            members=tuple(members),
            merged_into=self.merged_into,
            changed_at=self.changed_at,
        )

    def largest_of(self, parts: Iterable[Component]) -> Component:
        """Where a group lives on that falls apart: in the largest part, of equal ones in that of the oldest member."""
        by_age = sorted(self.members.values(), key=lambda member: (member.since, member.provider_id))
        rank = {member.provider_id: number for number, member in enumerate(by_age)}
        return max(parts, key=lambda part: (len(part & rank.keys()), -min(rank.get(id_, len(rank)) for id_ in part)))


def regroup(groups: Iterable[Group], graph: Graph, at: datetime, new_id: Callable[[], UUID]) -> list[Group]:
    """The groups that change, in their next version.

    `graph` holds every account of `groups` and everything that is linked to one of them. A group lives on in its
    largest part; where several meet in one component, the oldest group survives and the others are merged into it.
    """
    olds = sorted(groups, key=lambda group: group.age)
    at = max([at, *(old.changed_at + _TICK for old in olds)])
    parts = graph.components()
    survivors: dict[Component, Group] = {}
    homes = {old.group_id: old.largest_of(parts) for old in olds if old.members}
    for old in olds:
        if old.members:
            survivors.setdefault(homes[old.group_id], old)
    since = {member.provider_id: (old.group_id, member) for old in olds for member in old.members.values()}
    changed: list[Group] = []
    for part in parts:
        group = survivors.get(part) or Group(new_id(), at, at)
        members = _members(group.group_id, part, graph, since, at) if len(part) > 1 else {}
        if members != group.members:
            changed.append(replace(group, version=group.version + 1, members=members, changed_at=at))
    for old in olds:
        if old.members and survivors[homes[old.group_id]] is not old:
            into = survivors[homes[old.group_id]].group_id
            changed.append(replace(old, version=old.version + 1, members={}, changed_at=at, merged_into=into))
    return changed


def _members(
    group_id: UUID, part: Component, graph: Graph, since: Mapping[UUID, tuple[UUID, Member]], at: datetime
) -> dict[UUID, Member]:
    members = {}
    for account in sorted(part):
        was_in, member = since.get(account, (None, None))
        joined = member.since if member is not None and was_in == group_id else at
        members[account] = Member(provider_id=account, since=joined, basis=graph.basis_of(account))
    return members
