"""A new qualification is the cure of a revoked category (6.5.6): it ends the penalties that it names and saw."""

from services.enforcement import group_store, penalty_store
from services.enforcement.domain.case import Case
from services.enforcement.domain.decision import DecisionKind
from services.enforcement.domain.penalty import EndedBy, Penalty, PenaltyStatus
from services.enforcement.use_cases.decisions import keep_decision
from services.enforcement.use_cases.restrictions import restate_restrictions
from shared.contracts.effects import Target
from shared.contracts.registry import QualificationGranted
from shared.db.transaction import Transaction
from shared.ids import new_id


async def cure_penalties(tx: Transaction, granted: QualificationGranted) -> list[Penalty]:
    """Ends exactly those; what was applied after the state that the grant saw is not cured by it."""
    if not granted.cures:
        return []
    await group_store.lock_groups(tx)
    target = Target(kind="provider_category", id=granted.provider_id, category=granted.category)
    named = await penalty_store.lock_penalties(tx, granted.cures)
    cured = [item for item in named if item.is_cured_by(target, granted.restriction_sequence, tx.now)]
    for item in cured:
        await _cure(tx, item, granted)
    await restate_restrictions(tx, [item.target for item in cured])
    await tx.session.flush()
    return cured


async def _cure(tx: Transaction, item: Penalty, granted: QualificationGranted) -> None:
    case = await tx.session.get_one(Case, item.case_id)
    decision_id = new_id()
    reason = f"The provider was qualified for {granted.category} anew at {granted.granted_at.isoformat()}"
    await keep_decision(tx, DecisionKind.CURE, decision_id, case, tx.context.actor, reason)
    tx.emit(item.take_back(decision_id, tx.now, EndedBy.REQUALIFICATION))
    tx.record(
        "cure_penalty",
        f"penalty:{item.penalty_id}",
        old={"status": PenaltyStatus.APPLIED},
        new={"status": item.status, "decision_id": decision_id, "restriction_sequence": granted.restriction_sequence},
        reason=reason,
    )
