"""Keeping the groups in step with what links their accounts (6.5.11)."""

from collections.abc import Collection
from uuid import UUID

from services.registry.domain.group import Graph, Group, regroup
from services.registry.store import groups as store
from services.registry.store import links
from shared.contracts.registry import ProviderLinked, ProviderUnlinked
from shared.db.transaction import Transaction
from shared.ids import new_id


async def follow_links(tx: Transaction, providers: Collection[UUID], reason: str) -> list[Group]:
    """Brings the groups of these accounts, and of everybody now linked to them, up to date. `lock_groups` is held."""
    await tx.session.flush()
    graph, olds = await _around(tx, providers)
    before = {old.group_id: old for old in olds}
    changed = regroup(olds, graph, tx.now, new_id)
    for group in changed:
        ended = set(before[group.group_id].members) - set(group.members) if group.group_id in before else set()
        await store.end_memberships(tx, [(group.group_id, id_) for id_ in sorted(ended)], group.changed_at, reason)
        if group.merged_into is None:
            tx.emit(*(_unlinked(group, id_, reason) for id_ in sorted(ended)))
    await store.keep_groups(tx, changed)
    for group in changed:
        await store.keep_members(tx, group)
        old = before.get(group.group_id)
        tx.emit(group.state(), *(_linked(group, id_) for id_ in group.members if old is None or id_ not in old.members))
        _record(tx, old, group, reason)
    return changed


async def _around(tx: Transaction, providers: Collection[UUID]) -> tuple[Graph, list[Group]]:
    """Everybody whom a change at these accounts can reach: their groups, who is linked to them, and those groups.

    Everybody else's links are within their own group already.
    """
    reached = set(providers)
    strong = await links.strong_traits(tx, providers)
    for provider_id, grounds in strong.items():
        for others in (await links.holders(tx, grounds, provider_id)).values():
            reached.update(others)
    for pair in await links.confirmed_among(tx, providers):
        reached.update(pair)
    olds = await store.lock_groups_of(tx, reached)
    reached.update(*(old.members for old in olds))
    return Graph(await links.strong_traits(tx, reached), await links.confirmed_among(tx, reached)), olds


def _linked(group: Group, provider_id: UUID) -> ProviderLinked:
    return ProviderLinked(
        provider_id=provider_id,
        group_id=group.group_id,
        basis=group.members[provider_id].basis,
        linked_at=group.changed_at,
    )


def _unlinked(group: Group, provider_id: UUID, reason: str) -> ProviderUnlinked:
    return ProviderUnlinked(
        provider_id=provider_id, group_id=group.group_id, reason=reason, unlinked_at=group.changed_at
    )


def _record(tx: Transaction, old: Group | None, new: Group, reason: str) -> None:
    tx.record(
        "change_group",
        f"group:{new.group_id}",
        old={"version": old.version, "members": sorted(old.members)} if old else None,
        new={"version": new.version, "members": sorted(new.members), "merged_into": new.merged_into},
        reason=reason,
    )
