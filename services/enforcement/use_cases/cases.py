"""Opening and dismissing a case. What others need to know of it is told whenever that changes."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from services.enforcement import group_store, penalty_store, rulebook_store, store
from services.enforcement.domain.case import Case, CaseKind, CaseOrigin, CaseStatus
from services.enforcement.domain.decision import DecisionKind
from services.enforcement.domain.errors import CaseOpenAlready, ExpelledAlready, NotExpellable, NotReportable
from services.enforcement.domain.facts import Detector
from services.enforcement.domain.rulebook import Act, Expulsion, Rulebook, Scope
from services.enforcement.domain.subject import Subject
from services.enforcement.use_cases.decisions import keep_decision
from services.enforcement.use_cases.interim import end_interim
from services.enforcement.use_cases.restrictions import restate_restrictions
from services.enforcement.use_cases.story import continue_story
from services.enforcement.use_cases.subjects import about, wrong
from shared.db.transaction import Transaction
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Charge:
    """What an officer opens a case with, after an investigation."""

    kind: CaseKind
    act: str
    clause: str
    provider_id: UUID
    listing_id: UUID | None
    happened_at: datetime | None
    evidence: str
    reason: str


async def investigate(tx: Transaction, officer: str, charge: Charge) -> Case:
    """An officer opens a case of its own accord: about a violation, or about the expulsion of a provider (7.2)."""
    happened_at = charge.happened_at or tx.now
    if happened_at > tx.now:
        raise wrong("/happened_at", "It cannot have happened in the future")
    book = await rulebook_store.rulebook_at(tx, happened_at)
    act = book.act(charge.act)
    if charge.clause not in ("", act.clause):
        raise wrong("/clause", f"{act.id} is {act.clause}")
    subject = await _charged(tx, charge, book, act)
    case_id = new_id()
    case = open_case(
        tx,
        book,
        act,
        subject,
        case_id=case_id,
        kind=charge.kind,
        origin=CaseOrigin.OFFICER,
        origin_id=case_id,
        happened_at=happened_at,
        facts={"evidence": charge.evidence, "reason": charge.reason, "opened_by": officer},
    )
    tx.record(
        "open_case",
        f"case:{case_id}",
        new={
            "kind": case.kind,
            "act": act.id,
            "clause": act.clause,
            "status": case.status,
            "evidence_hash": sha256(charge.evidence.encode()).hexdigest(),
        },
        reason=charge.reason,
    )
    await tx.session.flush()
    return case


async def _charged(tx: Transaction, charge: Charge, book: Rulebook, act: Act) -> Subject:
    if charge.kind is not CaseKind.EXPULSION:
        if act.detector is not Detector.REPORT:
            raise NotReportable(f"{act.clause} is established by what is measured; its cases open by themselves")
        return await about(tx, act.subject, charge.listing_id, charge.provider_id)
    if book.expulsion is None:
        raise NotExpellable(f"{book.id} {book.version} knows no expulsion")
    subject = await about(tx, Scope.PROVIDER, charge.listing_id, charge.provider_id)
    await store.lock_expulsion(tx, subject.provider_id)
    known = await store.open_expulsion(tx, subject.provider_id)
    if known is not None:
        raise CaseOpenAlready("The expulsion of this provider is being examined", case_id=str(known.case_id))
    await _refuse_expelled(tx, subject, book.expulsion)
    return subject


async def _refuse_expelled(tx: Transaction, subject: Subject, expulsion: Expulsion) -> None:
    measures = {sanction.measure for sanction in expulsion.sanctions}
    for item in await penalty_store.penalties_on(tx, subject.target):
        # Who is expelled only through a link may have a case of its own: the link may be undone.
        if item.measure in measures and item.extended_from is None and not item.is_over(tx.now):
            raise ExpelledAlready("Only an appeal ends this expulsion", penalty_id=str(item.penalty_id))


def open_case(
    tx: Transaction,
    book: Rulebook,
    act: Act,
    subject: Subject,
    *,
    kind: CaseKind,
    origin: CaseOrigin,
    origin_id: UUID,
    happened_at: datetime,
    case_id: UUID | None = None,
    status: CaseStatus = CaseStatus.OPEN,
    facts: dict[str, Any] | None = None,
    trace: dict[str, Any] | None = None,
) -> Case:
    """However a case comes about. The caller records why."""
    case = Case(
        case_id=case_id or new_id(),
        act=act.id,
        clause=act.clause,
        rulebook=book.id,
        rulebook_version=book.version,
        provider_id=subject.provider_id,
        listing_id=subject.listing_id,
        origin=origin,
        origin_id=origin_id,
        status=status,
        happened_at=happened_at,
        opened_at=tx.now,
        correlation_id=tx.context.correlation_id,
        facts=facts or {},
        trace=trace or {},
        kind=kind,
    )
    tx.session.add(case)
    tx.emit(case.changed())
    return case


async def dismiss_case(tx: Transaction, case_id: UUID, version: int, officer: str, reason: str) -> Case:
    """Nothing is held against the provider; what was ordered in the meantime ends."""
    await group_store.hold_groups(tx)
    case = await store.lock_case(tx, case_id, version)
    continue_story(tx, case.correlation_id)
    before, decision_id = case.status, new_id()
    case.dismiss(decision_id, officer, tx.now)
    decision = await keep_decision(tx, DecisionKind.DISMISSAL, decision_id, case, officer, reason)
    decision.facts, decision.trace = case.facts, case.trace
    tx.emit(case.changed())
    ended = await end_interim(tx, case, decision_id)
    await restate_restrictions(tx, ended)
    tx.record("dismiss_case", f"case:{case_id}", old={"status": before}, new={"status": case.status}, reason=reason)
    await tx.session.flush()
    return case


async def retell_cases(tx: Transaction, after: str, limit: int) -> str:
    """Tells up to `limit` cases whose id is above `after` again; returns the last id, "" at the end."""
    cases = await store.lock_cases_after(tx, after, limit)
    tx.emit(*(case.changed() for case in cases))
    return str(cases[-1].case_id) if len(cases) == limit else ""
