"""Judging outages by the rulebook: monitoring reports, the rule proposes, an officer confirms."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.enforcement import rulebook_store, store, tables, timers
from services.enforcement.domain.case import CaseKind, CaseOrigin, CaseStatus
from services.enforcement.domain.conditions import Finding
from services.enforcement.domain.errors import NoRulebook
from services.enforcement.domain.facts import Detector, Facts, outage_facts, readable
from services.enforcement.domain.rulebook import Act, Rulebook
from services.enforcement.domain.subject import Subject
from services.enforcement.use_cases.cases import open_case
from services.enforcement.use_cases.story import continue_story
from shared.contracts.monitoring import OutageState
from shared.db.replicas import keep
from shared.db.transaction import Transaction
from shared.messaging.reaction import Received, context_of


async def learn_outages(tx: Transaction, received: Sequence[Received[Any]]) -> None:
    """Keeps what monitoring tells, and judges each outage that it tells something new of, in that fact's story."""
    advanced = set(await keep(tx, tables.outage, received))
    for item in {item.event.key: item for item in received}.values():
        if item.event.key in advanced:
            tx.context = context_of(item.envelope)
            await judge_outage(tx, item.event.outage_id)


async def judge_outage(tx: Transaction, outage_id: UUID) -> None:
    """Looks at an outage as it stands now, and sets timers for when duration alone may change the answer."""
    outage = await store.lock_outage(tx, outage_id)
    if outage is None:
        return
    try:
        book = await rulebook_store.rulebook_at(tx, outage.started_at)
    except NoRulebook:
        return
    facts = outage_facts(outage, tx.now)
    acts = book.detected_by(Detector.OUTAGE)
    for act in acts:
        finding = act.evaluate(facts)
        if finding is not None and act.proposes(finding):
            await _propose_case(tx, outage, book, act, facts, finding)
    await timers.set_for_outage(tx, outage, _thresholds(acts))


def _thresholds(acts: Sequence[Act]) -> set[timedelta]:
    return {span for act in acts for span in act.looks_again_after()}


async def _propose_case(
    tx: Transaction, outage: OutageState, book: Rulebook, act: Act, facts: Facts, finding: Finding
) -> None:
    """Once per outage and act: an outage that goes on after its case was dismissed does not come up again."""
    if await store.case_of(tx, outage.outage_id, act.id) is not None:
        return
    case = open_case(
        tx,
        book,
        act,
        Subject(outage.provider_id, outage.listing_id),
        kind=CaseKind.VIOLATION,
        origin=CaseOrigin.OUTAGE,
        origin_id=outage.outage_id,
        status=CaseStatus.PROPOSED,
        happened_at=outage.started_at,
        facts=readable(facts),
        trace=finding.as_document(),
    )
    tx.record(
        "propose_case",
        f"case:{case.case_id}",
        new={"act": act.id, "clause": act.clause, "status": case.status, "facts": case.facts},
        reason=f"{act.clause} of {book.id} {book.version}: {finding.verdict}",
    )


async def judge_due_outages(tx: Transaction) -> int:
    """Looks again at outages whose timer is due; returns how many."""
    due = await timers.lock_due(tx)
    for outage_id, correlation_id in due:
        continue_story(tx, correlation_id)
        await judge_outage(tx, outage_id)
    return len(due)
