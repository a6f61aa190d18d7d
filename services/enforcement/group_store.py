"""How groups of accounts (6.5.11) are found, and what spreads over them.

Whoever makes or ends a penalty holds the groups first; a change of a group waits for all of them and they for it. So no
penalty is decided upon a group that has just become another one, and none is missed by the change.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, or_, select

from services.enforcement import tables
from services.enforcement.domain.group import Accounts, accounts_of
from services.enforcement.domain.penalty import Penalty, PenaltyStatus
from shared.contracts.registry import GroupChanged
from shared.db.transaction import Transaction

_GROUPS = 0x6772_6F75
_columns = tables.penalty.c


async def hold_groups(tx: Transaction) -> None:
    """Many may hold them at once; the first thing that a decision about penalties does."""
    await tx.session.execute(select(func.pg_advisory_xact_lock_shared(_GROUPS)))


async def lock_groups(tx: Transaction) -> None:
    """Nobody else makes or ends a penalty until this transaction is over."""
    await tx.session.execute(select(func.pg_advisory_xact_lock(_GROUPS)))


async def accounts(tx: Transaction, provider_id: UUID) -> Accounts:
    group = tables.account_group
    found = await tx.session.scalars(select(group.c.state).where(group.c.member_ids.op("?")(str(provider_id))))
    return accounts_of(provider_id, [GroupChanged.model_validate(state) for state in found])


async def known_group(tx: Transaction, group_id: UUID) -> GroupChanged | None:
    group = tables.account_group
    state = await tx.session.scalar(select(group.c.state).where(group.c.key == str(group_id)))
    return None if state is None else GroupChanged.model_validate(state)


async def lock_spreading(tx: Transaction, providers: Collection[UUID]) -> Sequence[Penalty]:
    """The accounts' own penalties in force that also hit whoever is the same provider."""
    found = await tx.session.scalars(
        select(Penalty)
        .where(
            _columns.provider_id.in_(providers),
            _columns.spreads,
            _columns.status == PenaltyStatus.APPLIED,
            or_(_columns.until.is_(None), _columns.until > tx.now),
        )
        .order_by(_columns.penalty_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.all()


async def lock_through(tx: Transaction, group_id: UUID) -> Sequence[Penalty]:
    """What hits an account because of this group, and was not taken back."""
    found = await tx.session.scalars(
        select(Penalty)
        .where(_columns.through_group == group_id, _columns.status == PenaltyStatus.APPLIED)
        .order_by(_columns.penalty_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.all()


async def extended_from(tx: Transaction, penalty_id: UUID) -> Sequence[Penalty]:
    """Everything that was ever derived from a penalty, taken back or not."""
    found = await tx.session.scalars(
        select(Penalty).where(_columns.extended_from == penalty_id).order_by(_columns.penalty_id).with_for_update()
    )
    return found.all()
