"""Whether the facts of a case, with what an officer records, fulfil the act."""

from dataclasses import dataclass
from typing import Any

from services.enforcement import store
from services.enforcement.domain.case import Case, CaseKind, CaseOrigin
from services.enforcement.domain.conditions import Finding, Verdict
from services.enforcement.domain.errors import ActNotProven, CauseContradicted
from services.enforcement.domain.facts import Facts, outage_facts, read_again, readable
from services.enforcement.domain.rulebook import Act, Rulebook
from shared.contracts.monitoring import OutageCause
from shared.db.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Grounds:
    """What an officer records with a confirmation. `cause` is required where the act asks for it."""

    officer: str
    cause: OutageCause | None
    evidence: str
    reason: str


async def prove(tx: Transaction, case: Case, book: Rulebook, grounds: Grounds) -> tuple[dict[str, Any], Finding | None]:
    """The facts as they are kept with the decision, and the trace.

    An act without a condition is for the officers to judge, and so is an expulsion (6.5.12); any other must be
    fulfilled by the facts.
    """
    act = book.act(case.act)
    facts = await _facts(tx, case, act, grounds)
    if case.kind is CaseKind.EXPULSION:
        return readable(facts), None
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
    return readable(facts), finding


async def _facts(tx: Transaction, case: Case, act: Act, grounds: Grounds) -> Facts:
    """The outage as it stands now, and the cause that the officer records; else what the case was opened with."""
    if case.origin is CaseOrigin.EXIT:
        return read_again(case.facts, act.detector)
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
