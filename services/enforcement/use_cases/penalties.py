"""Ending a penalty before its time."""

from uuid import UUID

from services.enforcement import rulebook_store, store
from services.enforcement.domain.case import Case
from services.enforcement.domain.decision import Decision, DecisionKind
from services.enforcement.domain.penalty import Penalty
from services.enforcement.domain.violation import Violation
from services.enforcement.use_cases.restrictions import restate_restrictions
from services.enforcement.use_cases.story import continue_story
from shared.db.transaction import Transaction
from shared.ids import new_id


async def lift_penalty(tx: Transaction, penalty_id: UUID, version: int, officer: str, reason: str) -> Penalty:
    """Lifts this one penalty; whatever else lies on the target stays."""
    penalty = await store.lock_penalty(tx, penalty_id, version)
    case = await tx.session.get_one(Case, penalty.case_id)
    continue_story(tx, case.correlation_id)
    decision_id = new_id()
    tx.emit(penalty.lift(decision_id, tx.now))
    violation = await tx.session.get_one(Violation, penalty.violation_id)
    await keep_decision(tx, DecisionKind.LIFT, decision_id, violation, officer, reason)
    await restate_restrictions(tx, [penalty.target])
    tx.record(
        "lift_penalty",
        f"penalty:{penalty_id}",
        old={"status": "applied"},
        new={"status": penalty.status, "decision_id": decision_id},
        reason=reason,
    )
    await tx.session.flush()
    return penalty


async def keep_decision(
    tx: Transaction, kind: DecisionKind, decision_id: UUID, violation: Violation, officer: str, reason: str
) -> None:
    """What is decided about a violation later is kept beside its confirmation, under the same rulebook."""
    book = await rulebook_store.rulebook_of(tx, violation.rulebook, violation.rulebook_version)
    tx.session.add(
        Decision(
            decision_id=decision_id,
            kind=kind,
            case_id=violation.case_id,
            rulebook=book.id,
            rulebook_version=book.version,
            rulebook_hash=book.content_hash,
            decided_by=officer,
            decided_at=tx.now,
            reason=reason,
        )
    )
