"""Ending a penalty before its time."""

from uuid import UUID

from services.enforcement import group_store, penalty_store
from services.enforcement.domain.case import Case
from services.enforcement.domain.decision import DecisionKind
from services.enforcement.domain.penalty import EndedBy, Penalty, PenaltyStatus
from services.enforcement.use_cases.decisions import keep_decision
from services.enforcement.use_cases.restrictions import restate_restrictions
from services.enforcement.use_cases.story import continue_story
from shared.db.transaction import Transaction
from shared.ids import new_id


async def lift_penalty(tx: Transaction, penalty_id: UUID, version: int, officer: str, reason: str) -> Penalty:
    """Lifts this one penalty and what was extended from it to linked accounts; whatever else lies there stays."""
    await group_store.hold_groups(tx)
    penalty = await penalty_store.lock_penalty(tx, penalty_id, version)
    case = await tx.session.get_one(Case, penalty.case_id)
    continue_story(tx, case.correlation_id)
    decision_id = new_id()
    tx.emit(penalty.lift(decision_id, tx.now))
    ended = [penalty]
    for derived in await group_store.extended_from(tx, penalty_id):
        if derived.status is PenaltyStatus.APPLIED:
            tx.emit(derived.take_back(decision_id, tx.now, EndedBy.ORIGINAL))
            ended.append(derived)
    await keep_decision(tx, DecisionKind.LIFT, decision_id, case, officer, reason)
    await restate_restrictions(tx, [item.target for item in ended])
    tx.record(
        "lift_penalty",
        f"penalty:{penalty_id}",
        old={"status": "applied"},
        new={"status": penalty.status, "decision_id": decision_id, "with": [item.penalty_id for item in ended[1:]]},
        reason=reason,
    )
    await tx.session.flush()
    return penalty
