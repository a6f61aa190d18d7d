"""Deciding that an act is proven: by one officer, or by two where a measure of the step is grave (6.5.11, 6.5.12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from services.enforcement import group_store, rulebook_store, store
from services.enforcement.domain.case import Case, CaseKind, CaseStatus
from services.enforcement.domain.decision import Decision, DecisionKind
from services.enforcement.domain.errors import NeedsApproval
from services.enforcement.domain.penalty import Penalty
from services.enforcement.domain.rulebook import Rulebook, Sanction
from services.enforcement.domain.violation import Violation
from services.enforcement.use_cases.decisions import keep_decision
from services.enforcement.use_cases.interim import end_interim
from services.enforcement.use_cases.proof import Grounds, prove
from services.enforcement.use_cases.restrictions import restate_restrictions
from services.enforcement.use_cases.sanctions import impose
from services.enforcement.use_cases.story import continue_story
from shared.contracts.monitoring import OutageCause
from shared.db.transaction import Transaction
from shared.errors import Invalid
from shared.ids import new_id

Confirmed = tuple[Violation, list[Penalty]]


@dataclass(frozen=True, slots=True)
class _Ruling:
    """What the confirmation of a case rests on. `also` are measures that the officers chose to take with it."""

    case: Case
    book: Rulebook
    decision_id: UUID
    before: CaseStatus
    grounds: Grounds
    also: Sequence[str] = ()


async def confirm_violation(tx: Transaction, case_id: UUID, version: int, grounds: Grounds) -> Confirmed:
    """The facts must fulfil the act with what the officer records; then the ladder's step answers it."""
    case, book = await _take_up(tx, case_id, version)
    before, decision_id = case.status, new_id()
    case.confirm(decision_id, grounds.officer, tx.now)
    return await _confirm(tx, _Ruling(case, book, decision_id, before, grounds))


async def recommend_confirmation(
    tx: Transaction, case_id: UUID, version: int, grounds: Grounds, also: Sequence[str]
) -> Case:
    """One officer finds the act proven. Nothing takes hold until a second one approves."""
    case, book = await _take_up(tx, case_id, version)
    before, decision_id = case.status, new_id()
    _check_choice(case, book, also)
    case.recommend(decision_id, grounds.officer)
    await _keep(tx, DecisionKind.RECOMMENDATION, _Ruling(case, book, decision_id, before, grounds, also))
    new = {"status": case.status, "decision_id": decision_id, "also": list(also), **_evidence(grounds)}
    tx.record("recommend_confirmation", f"case:{case_id}", old={"status": before}, new=new, reason=grounds.reason)
    await tx.session.flush()
    return case


async def approve_confirmation(tx: Transaction, case_id: UUID, version: int, officer: str, reason: str) -> Confirmed:
    """A second officer agrees with what was recommended; the facts are looked at once more, as they stand now."""
    case, book = await _take_up(tx, case_id, version)
    before, decision_id = case.status, new_id()
    recommended = await tx.session.get_one(Decision, case.approve(decision_id, officer, tx.now))
    cause = OutageCause(recommended.cause) if recommended.cause else None
    grounds = Grounds(officer, cause, recommended.evidence, reason)
    return await _confirm(tx, _Ruling(case, book, decision_id, before, grounds, recommended.measures), approved=True)


async def return_recommendation(tx: Transaction, case_id: UUID, version: int, officer: str, reason: str) -> Case:
    """A second officer does not agree: the case is open again, and interim measures stay."""
    case, _ = await _take_up(tx, case_id, version)
    before, decision_id = case.status, new_id()
    case.return_recommendation(officer)
    await keep_decision(tx, DecisionKind.RETURN, decision_id, case, officer, reason)
    tx.record(
        "return_recommendation",
        f"case:{case_id}",
        old={"status": before},
        new={"status": case.status, "decision_id": decision_id},
        reason=reason,
    )
    await tx.session.flush()
    return case


async def _take_up(tx: Transaction, case_id: UUID, version: int) -> tuple[Case, Rulebook]:
    await group_store.hold_groups(tx)
    case = await store.lock_case(tx, case_id, version)
    continue_story(tx, case.correlation_id)
    return case, await rulebook_store.rulebook_of(tx, case.rulebook, case.rulebook_version)


async def _confirm(tx: Transaction, ruling: _Ruling, *, approved: bool = False) -> Confirmed:
    case, book, grounds = ruling.case, ruling.book, ruling.grounds
    violation = await _violation(tx, ruling)
    sanctions = _sanctions(ruling, violation.earlier)
    if book.is_grave(sanctions) and not approved:
        raise NeedsApproval("One officer recommends a grave measure, and a second one approves it")
    await _keep(tx, DecisionKind.CONFIRMATION, ruling)
    tx.session.add(violation)
    tx.emit(violation.confirmed(), case.changed())
    await tx.session.flush()
    penalties = impose(tx, violation, book, sanctions)
    ended = await end_interim(tx, case, ruling.decision_id)
    await restate_restrictions(tx, [*(item.target for item in penalties), *ended])
    tx.record(
        "confirm_violation",
        f"case:{case.case_id}",
        old={"status": ruling.before},
        new={
            "status": case.status,
            "violation_id": violation.violation_id,
            "decision_id": ruling.decision_id,
            "recommended_by": case.recommended_by,
            "accounts": violation.accounts,
            "penalties": [item.penalty_id for item in penalties],
            **_evidence(grounds),
        },
        reason=grounds.reason,
    )
    await tx.session.flush()
    return violation, penalties


def _sanctions(ruling: _Ruling, earlier: int) -> list[Sanction]:
    """An expulsion is the rulebook's answer to any act that the officers find grave enough (7.2)."""
    if ruling.case.kind is CaseKind.EXPULSION and ruling.book.expulsion is not None:
        return [*ruling.book.expulsion.sanctions, *(Sanction(name, None) for name in ruling.also)]
    return list(ruling.book.act(ruling.case.act).step(earlier).sanctions)


def _check_choice(case: Case, book: Rulebook, also: Sequence[str]) -> None:
    allowed = book.expulsion.also if book.expulsion and case.kind is CaseKind.EXPULSION else {}
    errors = [
        {"pointer": f"/also/{number}", "message": f"{name} is none of: {', '.join(sorted(allowed)) or 'nothing'}"}
        for number, name in enumerate(also)
        if name not in allowed
    ]
    if errors:
        raise Invalid("Not every measure can be taken with this decision", errors=errors)


async def _keep(tx: Transaction, kind: DecisionKind, ruling: _Ruling) -> None:
    facts, finding = await prove(tx, ruling.case, ruling.book, ruling.grounds)
    grounds = ruling.grounds
    decision = await keep_decision(
        tx, kind, ruling.decision_id, ruling.case, grounds.officer, grounds.reason, measures=ruling.also
    )
    decision.cause = grounds.cause.value if grounds.cause else ""
    decision.evidence, decision.facts = grounds.evidence, facts
    decision.trace = finding.as_document() if finding else {}


def _evidence(grounds: Grounds) -> dict[str, Any]:
    return {"cause": grounds.cause, "evidence_hash": sha256(grounds.evidence.encode()).hexdigest()}


async def _violation(tx: Transaction, ruling: _Ruling) -> Violation:
    case, book = ruling.case, ruling.book
    listing = await store.known_listing(tx, case.listing_id) if case.listing_id else None
    accounts = await group_store.accounts(tx, case.provider_id)
    await store.lock_provider(tx, accounts.group_id or case.provider_id)
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
        decision_id=ruling.decision_id,
        confirmed_by=case.decided_by,
        confirmed_at=tx.now,
        happened_at=case.happened_at,
        appeal_until=tx.now + book.appeal_window,
        earlier=await store.count_earlier(tx, accounts.all, case.act, since),
        correlation_id=case.correlation_id,
        accounts=accounts.all,
        group_id=accounts.group_id,
        group_version=accounts.version,
    )
