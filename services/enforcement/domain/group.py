"""Accounts that are one and the same provider (6.5.11), as the registry last told them."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.registry import GroupChanged


@dataclass(frozen=True, slots=True)
class Accounts:
    """A provider and whoever counts as the same, itself first. No `group_id`: it stands alone."""

    provider_id: UUID
    others: tuple[UUID, ...] = ()
    group_id: UUID | None = None
    version: int | None = None

    @property
    def all(self) -> list[UUID]:
        return [self.provider_id, *self.others]


def accounts_of(provider_id: UUID, groups: list[GroupChanged]) -> Accounts:
    """The group whose state is the newest decides: while a move is on its way, an older one still names the account."""
    told = [group for group in groups if any(member.provider_id == provider_id for member in group.members)]
    if not told:
        return Accounts(provider_id)
    group = max(told, key=lambda item: (item.changed_at, item.group_id))
    others = sorted(member.provider_id for member in group.members if member.provider_id != provider_id)
    if not others:
        return Accounts(provider_id)
    return Accounts(provider_id, tuple(others), group.group_id, group.version)
