"""Keeping decisions: what is decided about a case later stands beside its confirmation, under the same rulebook."""

from collections.abc import Sequence
from uuid import UUID

from services.enforcement import rulebook_store
from services.enforcement.domain.case import Case
from services.enforcement.domain.decision import Decision, DecisionKind
from shared.db.transaction import Transaction


async def keep_decision(
    tx: Transaction,
    kind: DecisionKind,
    decision_id: UUID,
    case: Case,
    officer: str,
    reason: str,
    *,
    measures: Sequence[str] = (),
) -> Decision:
    book = await rulebook_store.rulebook_of(tx, case.rulebook, case.rulebook_version)
    decision = Decision(
        decision_id=decision_id,
        kind=kind,
        case_id=case.case_id,
        rulebook=book.id,
        rulebook_version=book.version,
        rulebook_hash=book.content_hash,
        decided_by=officer,
        decided_at=tx.now,
        reason=reason,
        measures=list(measures),
    )
    tx.session.add(decision)
    return decision
