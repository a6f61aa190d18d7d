"""Deciding a case: an officer confirms it, which makes the violation and its penalties, or dismisses it."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from services.enforcement import rulebook_store, store
from services.enforcement.domain import penalty
from services.enforcement.domain.case import Case, CaseOrigin
from services.enforcement.domain.conditions import Finding, Verdict
from services.enforcement.domain.decision import Decision, DecisionKind
from services.enforcement.domain.errors import ActNotProven, CauseContradicted
from services.enforcement.domain.facts import Facts, outage_facts, readable
from services.enforcement.domain.penalty import Penalty
from services.enforcement.domain.rulebook import Act, Rulebook
from services.enforcement.domain.subject import Subject
from services.enforcement.domain.violation import Violation
from services.enforcement.use_cases.restrictions import restate_restrictions
from services.enforcement.use_cases.story import continue_story
from shared.contracts.monitoring import OutageCause
from shared.db.transaction import Transaction
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Grounds:
    """What an officer records with a confirmation. `cause` is required where the act asks for it."""

    officer: str
    cause: OutageCause | None
    evidence: str
    reason: str


async def confirm_violation(
    tx: Transaction, case_id: UUID, version: int, grounds: Grounds
) -> tuple[Violation, list[Penalty]]:
    """The facts must fulfil the act with what the officer records; then the ladder's step answers it."""
    case = await store.lock_case(tx, case_id, version)
    continue_story(tx, case.correlation_id)
    book = await rulebook_store.rulebook_of(tx, case.rulebook, case.rulebook_version)
    act = book.act(case.act)
    decision_id = new_id()
    before = case.status
    case.confirm(decision_id, grounds.officer, tx.now)
    facts = await _facts(tx, case, grounds)
    finding = _prove(act, facts)
    tx.session.add(_decision(decision_id, case, book, grounds, tx.now, facts, finding))
    violation = await _violation(tx, decision_id, case, book)
    tx.session.add(violation)
    tx.emit(violation.confirmed())
    await tx.session.flush()
    penalties = _apply_penalties(tx, violation, book, act)
    await restate_restrictions(tx, [item.target for item in penalties])
    tx.record(
        "confirm_violation",
        f"case:{case_id}",
        old={"status": before},
        new={
            "status": case.status,
            "violation_id": violation.violation_id,
            "decision_id": decision_id,
            "cause": grounds.cause,
            "evidence_hash": sha256(grounds.evidence.encode()).hexdigest(),
            "penalties": [item.penalty_id for item in penalties],
        },
        reason=grounds.reason,
    )
    await tx.session.flush()
    return violation, penalties


async def dismiss_case(tx: Transaction, case_id: UUID, version: int, officer: str, reason: str) -> Case:
    case = await store.lock_case(tx, case_id, version)
    continue_story(tx, case.correlation_id)
    book = await rulebook_store.rulebook_of(tx, case.rulebook, case.rulebook_version)
    before, decision_id = case.status, new_id()
    case.dismiss(decision_id, officer, tx.now)
    tx.session.add(
        Decision(
            decision_id=decision_id,
            kind=DecisionKind.DISMISSAL,
            case_id=case_id,
            rulebook=book.id,
            rulebook_version=book.version,
            rulebook_hash=book.content_hash,
            decided_by=officer,
            decided_at=tx.now,
            reason=reason,
            facts=case.facts,
            trace=case.trace,
        )
    )
    tx.record("dismiss_case", f"case:{case_id}", old={"status": before}, new={"status": case.status}, reason=reason)
    await tx.session.flush()
    return case


async def _facts(tx: Transaction, case: Case, grounds: Grounds) -> Facts:
    """The outage as it stands now, and the cause that the officer records."""
    if case.origin is not CaseOrigin.OUTAGE:
        return {}
    outage = await store.lock_outage(tx, case.origin_id)
    if outage is None:
        raise LookupError(f"outage {case.origin_id} of case {case.case_id} is not kept")
    if grounds.cause not in (None, OutageCause.UNKNOWN, outage.cause) and outage.cause is not OutageCause.UNKNOWN:
        raise CauseContradicted(
            f"Monitoring has recorded the cause {outage.cause.value}; have it corrected there first",
            recorded=outage.cause.value,
        )
    facts = dict(outage_facts(outage, tx.now))
    if grounds.cause is not None and grounds.cause is not OutageCause.UNKNOWN:
        facts["cause"] = grounds.cause.value
    return facts


def _prove(act: Act, facts: Facts) -> Finding | None:
    """An act without a condition is for the officer to judge; any other must be fulfilled by the facts."""
    finding = act.evaluate(facts)
    if finding is not None and finding.verdict is not Verdict.MATCH:
        what = "do not fulfil" if finding.verdict is Verdict.NO_MATCH else "do not suffice for"
        raise ActNotProven(
            f"The facts {what} {act.clause}",
            clause=act.clause,
            verdict=finding.verdict.value,
            missing=sorted(finding.missing),
            trace=finding.as_document(),
        )
    return finding


def _decision(
    decision_id: UUID, case: Case, book: Rulebook, grounds: Grounds, at: datetime, facts: Facts, finding: Finding | None
) -> Decision:
    return Decision(
        decision_id=decision_id,
        kind=DecisionKind.CONFIRMATION,
        case_id=case.case_id,
        rulebook=book.id,
        rulebook_version=book.version,
        rulebook_hash=book.content_hash,
        decided_by=grounds.officer,
        decided_at=at,
        reason=grounds.reason,
        cause=grounds.cause.value if grounds.cause else "",
        evidence=grounds.evidence,
        facts=readable(facts),
        trace=finding.as_document() if finding else {},
    )


async def _violation(tx: Transaction, decision_id: UUID, case: Case, book: Rulebook) -> Violation:
    await store.lock_provider(tx, case.provider_id)
    listing = await store.known_listing(tx, case.listing_id) if case.listing_id else None
    since = case.happened_at - book.repeats_within
    return Violation(
        violation_id=new_id(),
        case_id=case.case_id,
        provider_id=case.provider_id,
        listing_id=case.listing_id,
        category=listing.category if listing else "",
        act=case.act,
        clause=case.clause,
        rulebook=book.id,
        rulebook_version=book.version,
        decision_id=decision_id,
        confirmed_by=case.decided_by,
        confirmed_at=tx.now,
        happened_at=case.happened_at,
        appeal_until=tx.now + book.appeal_window,
        earlier=await store.count_earlier(tx, case.provider_id, case.act, since),
        correlation_id=case.correlation_id,
    )


def _hit(violation: Violation) -> Subject:
    """Whom the penalties hit. Linked accounts (6.5.11) join here once the registry tells of them."""
    return violation.subject


def _apply_penalties(tx: Transaction, violation: Violation, book: Rulebook, act: Act) -> list[Penalty]:
    subject = _hit(violation)
    penalties = []
    for sanction in act.step(violation.earlier).sanctions:
        measure = book.measures[sanction.measure]
        for target in subject.targets(measure.scope):
            applied = penalty.apply(new_id(), violation, measure, target, sanction.period)
            tx.session.add(applied)
            tx.emit(applied.applied())
            penalties.append(applied)
    return penalties
