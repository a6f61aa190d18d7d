"""Groups of accounts and who was in them when. Who changes the groups holds one lock, and few ever do."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registry.domain.group import Group
from shared.contracts.registry import Member
from shared.db.transaction import Transaction
from shared.errors import NotFound, StaleVersion

_GROUPS = 0x6C69_6E6B

_GROUP = "SELECT group_id, founded_at, changed_at, version, merged_into FROM account_group"
_CURRENT = (
    "SELECT group_id, provider_id, since, basis FROM membership WHERE until IS NULL AND group_id = ANY ($1::uuid[])"
)


async def lock_groups(tx: Transaction) -> None:
    """Nobody else changes who belongs to whom until this transaction is over. Taken after the locks of traits."""
    await tx.driver.execute("SELECT pg_advisory_xact_lock($1)", _GROUPS)


async def group_ids_of(tx: Transaction, providers: Collection[UUID]) -> list[UUID]:
    rows = await tx.driver.fetch(
        "SELECT DISTINCT group_id FROM membership WHERE until IS NULL AND provider_id = ANY ($1::uuid[])",
        list(providers),
    )
    return [row["group_id"] for row in rows]


async def lock_groups_of(tx: Transaction, providers: Collection[UUID]) -> list[Group]:
    """The groups of these accounts, each whole, locked in the order of their ids."""
    return await _groups(tx, f"{_GROUP} WHERE group_id = ANY ($1::uuid[]) ORDER BY group_id FOR UPDATE",
                         await group_ids_of(tx, providers))  # fmt: skip


async def lock_group(tx: Transaction, group_id: UUID, version: int) -> Group:
    """The group in the version that the caller read."""
    found = await _groups(tx, f"{_GROUP} WHERE group_id = $1 FOR UPDATE", group_id)
    if not found:
        raise NotFound("There is no group with this id")
    if found[0].version != version:
        raise StaleVersion(f"The group is at version {found[0].version} by now", version=found[0].version)
    return found[0]


async def lock_groups_after(tx: Transaction, group_id: str, limit: int) -> list[Group]:
    after = UUID(group_id) if group_id else UUID(int=0)
    return await _groups(tx, f"{_GROUP} WHERE group_id > $1 ORDER BY group_id LIMIT $2 FOR UPDATE", after, limit)


async def _groups(tx: Transaction, sql: str, *arguments: Any) -> list[Group]:
    rows = await tx.driver.fetch(sql, *arguments)
    members: dict[UUID, dict[UUID, Member]] = {row["group_id"]: {} for row in rows}
    for row in await tx.driver.fetch(_CURRENT, list(members)):
        member = Member(provider_id=row["provider_id"], since=row["since"], basis=row["basis"])
        members[row["group_id"]][row["provider_id"]] = member
    return [Group(**row, members=members[row["group_id"]]) for row in rows]


async def keep_groups(tx: Transaction, groups: Iterable[Group]) -> None:
    await tx.driver.executemany(
        """
        INSERT INTO account_group (group_id, version, founded_at, changed_at, merged_into) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (group_id) DO UPDATE
        SET version = excluded.version, changed_at = excluded.changed_at, merged_into = excluded.merged_into
        """,
        [(g.group_id, g.version, g.founded_at, g.changed_at, g.merged_into) for g in groups],
    )


async def end_memberships(tx: Transaction, ended: Iterable[tuple[UUID, UUID]], at: datetime, reason: str) -> None:
    await tx.driver.executemany(
        "UPDATE membership SET until = $3, ended_by = $4 WHERE group_id = $1 AND provider_id = $2 AND until IS NULL",
        [(group_id, provider_id, at, reason) for group_id, provider_id in ended],
    )


async def keep_members(tx: Transaction, group: Group) -> None:
    """Those who join, and the ground of those who stay."""
    await tx.driver.executemany(
        """
        INSERT INTO membership AS m (group_id, provider_id, since, basis, ended_by) VALUES ($1, $2, $3, $4, '')
        ON CONFLICT (group_id, provider_id, since) DO UPDATE SET basis = excluded.basis WHERE m.basis <> excluded.basis
        """,
        [(group.group_id, m.provider_id, m.since, m.basis) for m in group.members.values()],
    )
