"""Keeping penalties in step with who is the same provider (6.5.11).

An account that is found out later is hit as well, by a penalty of its own that is derived from the first; a link that
is undone takes back exactly what hit through it. All is computed from the groups and the penalties as they stand, so a
repeated or late fact changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.enforcement import group_store, tables
from services.enforcement.domain.case import Case
from services.enforcement.domain.decision import DecisionKind
from services.enforcement.domain.group import Accounts
from services.enforcement.domain.penalty import EndedBy, Penalty, PenaltyStatus
from services.enforcement.use_cases.decisions import keep_decision
from services.enforcement.use_cases.restrictions import restate_restrictions
from services.enforcement.use_cases.sanctions import extend
from shared.contracts.effects import Target
from shared.contracts.registry import GroupChanged
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.ids import new_id
from shared.messaging.reaction import Received, context_of

_NOT_AGAIN = frozenset({EndedBy.LIFT, EndedBy.APPEAL, EndedBy.REQUALIFICATION, EndedBy.REVIEW})
"""What was taken back from one account for a reason of its own does not come back with the next change of the group."""


async def learn_groups(tx: Transaction, received: Sequence[Received[Any]]) -> None:
    advanced = set(await keep(tx, tables.account_group, received))
    told = {item.event.key: item for item in received if item.event.key in advanced}
    if not told:
        return
    await group_store.lock_groups(tx)
    for item in told.values():
        tx.context = context_of(item.envelope)
        await follow_group(tx, item.event)


async def follow_group(tx: Transaction, group: GroupChanged) -> None:
    """Takes back what no longer hits, extends what now does, and tells each target once."""
    changed = await _withdraw(tx, group)
    changed += await _extend(tx, group)
    await restate_restrictions(tx, changed)
    await tx.session.flush()


async def _withdraw(tx: Transaction, group: GroupChanged) -> list[Target]:
    ended: list[Target] = []
    for derived in await group_store.lock_through(tx, group.group_id):
        original = await tx.session.get_one(Penalty, derived.extended_from)
        accounts = await group_store.accounts(tx, original.provider_id)
        if derived.provider_id in accounts.others:
            derived.through_group = accounts.group_id
        elif accounts.group_id is None and await _is_moving(tx, group):
            derived.through_group = group.merged_into
        elif not derived.is_over(tx.now):
            await _take_back(tx, derived, group)
            ended.append(derived.target)
    return ended


async def _is_moving(tx: Transaction, group: GroupChanged) -> bool:
    """Merged into a group whose new state is still on its way: that one will decide."""
    if group.merged_into is None:
        return False
    other = await group_store.known_group(tx, group.merged_into)
    return other is None or other.changed_at < group.changed_at


async def _take_back(tx: Transaction, derived: Penalty, group: GroupChanged) -> None:
    case = await tx.session.get_one(Case, derived.case_id)
    decision_id = new_id()
    reason = f"The account is no longer linked (group {group.group_id}, version {group.version})"
    await keep_decision(tx, DecisionKind.UNLINK, decision_id, case, tx.context.actor, reason)
    tx.emit(derived.take_back(decision_id, tx.now, EndedBy.UNLINKED))
    tx.record(
        "withdraw_penalty",
        f"penalty:{derived.penalty_id}",
        old={"status": PenaltyStatus.APPLIED},
        new={"status": derived.status, "decision_id": decision_id},
        reason=reason,
    )


async def _extend(tx: Transaction, group: GroupChanged) -> list[Target]:
    members = [member.provider_id for member in group.members]
    hit: list[Target] = []
    for original in await group_store.lock_spreading(tx, members):
        accounts = await group_store.accounts(tx, original.provider_id)
        for account in await _spared(tx, original, accounts, tx.now):
            derived = extend(tx, original, account, accounts.group_id)
            hit.append(derived.target)
            tx.record(
                "extend_penalty",
                f"penalty:{derived.penalty_id}",
                new={"extended_from": original.penalty_id, "group": accounts.group_id, "version": accounts.version},
                reason="The account is the same provider (6.5.11)",
            )
    return hit


async def _spared(tx: Transaction, original: Penalty, accounts: Accounts, at: datetime) -> list[UUID]:
    """The linked accounts that the penalty does not hit yet."""
    known = {
        item.provider_id
        for item in await group_store.extended_from(tx, original.penalty_id)
        if not item.is_over(at) or item.ended_by in _NOT_AGAIN
    }
    return [account for account in accounts.others if account not in known]
