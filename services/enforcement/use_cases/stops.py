"""A leaving provider stopped serving too early (7.4): the rule proposes a case, an officer decides."""

from uuid import UUID, uuid5

from services.enforcement import penalty_store, rulebook_store, store
from services.enforcement.domain.case import CaseKind, CaseOrigin, CaseStatus
from services.enforcement.domain.errors import NoRulebook
from services.enforcement.domain.explain import bearing_on
from services.enforcement.domain.facts import Detector, readable, stop_facts
from services.enforcement.domain.subject import Subject
from services.enforcement.use_cases.cases import open_case
from shared.contracts.effects import Effect, Target, blocking
from shared.contracts.registry import ServiceStoppedEarly
from shared.db.transaction import Transaction


async def judge_stop(tx: Transaction, stopped: ServiceStoppedEarly) -> None:
    """Once per exit, listing and act. While a penalty forbids the use, not serving is nobody's breach."""
    if await _use_is_blocked(tx, stopped):
        return
    try:
        book = await rulebook_store.rulebook_at(tx, stopped.stopped_at)
    except NoRulebook:
        return
    facts, origin_id = stop_facts(stopped), _origin(stopped)
    for act in book.detected_by(Detector.EXIT):
        finding = act.evaluate(facts)
        if finding is None or not act.proposes(finding) or await store.case_of(tx, origin_id, act.id) is not None:
            continue
        case = open_case(
            tx,
            book,
            act,
            Subject(stopped.provider_id, stopped.listing_id),
            kind=CaseKind.VIOLATION,
            origin=CaseOrigin.EXIT,
            origin_id=origin_id,
            status=CaseStatus.PROPOSED,
            happened_at=stopped.stopped_at,
            facts=readable(facts),
            trace=finding.as_document(),
        )
        tx.record(
            "propose_case",
            f"case:{case.case_id}",
            new={"act": act.id, "clause": act.clause, "status": case.status, "exit_id": stopped.exit_id},
            reason=f"{act.clause} of {book.id} {book.version}: {finding.verdict}",
        )
        await tx.session.flush()


def _origin(stopped: ServiceStoppedEarly) -> UUID:
    """One exit may stop several listings, each a case of its own."""
    return uuid5(stopped.exit_id, str(stopped.listing_id))


async def _use_is_blocked(tx: Transaction, stopped: ServiceStoppedEarly) -> bool:
    listing = await store.known_listing(tx, stopped.listing_id)
    asked = Target(kind="listing", id=stopped.listing_id)
    targets = {*bearing_on(asked, listing), Target(kind="provider", id=stopped.provider_id)}
    causes = [item.cause() for target in targets for item in await penalty_store.penalties_on(tx, target)]
    return bool(blocking(causes, Effect.USE, stopped.stopped_at))
