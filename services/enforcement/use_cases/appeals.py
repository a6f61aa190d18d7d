"""Appeals: the provider files one, another officer decides it; what is overturned takes its penalties along."""

from uuid import UUID

from services.enforcement import group_store, penalty_store, store
from services.enforcement.domain.appeal import Appeal, Outcome
from services.enforcement.domain.case import Case
from services.enforcement.domain.decision import DecisionKind
from services.enforcement.domain.errors import NotAppealable, SameOfficer
from services.enforcement.domain.violation import Violation
from services.enforcement.use_cases.decisions import keep_decision
from services.enforcement.use_cases.restrictions import restate_restrictions
from services.enforcement.use_cases.story import continue_story
from shared.db.transaction import Transaction
from shared.errors import NotFound
from shared.ids import new_id


async def file_appeal(tx: Transaction, violation_id: UUID, account_id: str, text: str) -> Appeal:
    """One appeal per violation, by an account that it hits: to the market they are one provider (6.5.11).

    Another's violation does not exist for it.
    """
    violation = await store.lock_violation(tx, violation_id)
    hit = {violation.provider_id, *await penalty_store.accounts_hit(tx, violation_id)}
    appellant = next((item for item in await store.providers_of(tx, account_id) if item in hit), None)
    if appellant is None:
        raise NotFound("There is no such violation")
    continue_story(tx, violation.correlation_id)
    violation.accept_appeal(tx.now)
    if await store.appeal_of(tx, violation_id) is not None:
        raise NotAppealable("An appeal was filed already; its decision is final")
    appeal = Appeal(
        appeal_id=new_id(),
        violation_id=violation_id,
        provider_id=appellant,
        confirmed_by=violation.confirmed_by,
        filed_by=account_id,
        filed_at=tx.now,
        text=text,
        correlation_id=violation.correlation_id,
    )
    tx.session.add(appeal)
    tx.emit(appeal.filed())
    tx.record("file_appeal", f"appeal:{appeal.appeal_id}", new={"violation_id": violation_id, "status": appeal.status})
    await tx.session.flush()
    return appeal


async def decide_appeal(
    tx: Transaction, appeal_id: UUID, version: int, officer: str, outcome: Outcome, reason: str
) -> Appeal:
    """Uphold: all stays. Overturn: the violation and exactly its penalties are taken back."""
    await group_store.hold_groups(tx)
    appeal = await store.lock_appeal(tx, appeal_id, version)
    continue_story(tx, appeal.correlation_id)
    decision_id, before = new_id(), appeal.status
    tx.emit(appeal.decide(outcome, decision_id, officer, tx.now, reason))
    violation = await store.lock_violation(tx, appeal.violation_id)
    case = await tx.session.get_one(Case, violation.case_id)
    if officer == case.recommended_by:
        raise SameOfficer("The officer who recommended the measure cannot decide the appeal")
    kind = DecisionKind.APPEAL_OVERTURNED if outcome is Outcome.OVERTURN else DecisionKind.APPEAL_UPHELD
    await keep_decision(tx, kind, decision_id, case, officer, reason)
    if outcome is Outcome.OVERTURN:
        await _take_back(tx, violation, decision_id)
    tx.record(
        "decide_appeal",
        f"appeal:{appeal_id}",
        old={"status": before},
        new={"status": appeal.status, "decision_id": decision_id, "violation_id": violation.violation_id},
        reason=reason,
    )
    await tx.session.flush()
    return appeal


async def _take_back(tx: Transaction, violation: Violation, decision_id: UUID) -> None:
    tx.emit(violation.overturn(decision_id, tx.now))
    penalties = await penalty_store.lock_applied_penalties(tx, violation.violation_id)
    for penalty in penalties:
        tx.emit(penalty.take_back(decision_id, tx.now))
    await restate_restrictions(tx, [penalty.target for penalty in penalties])
