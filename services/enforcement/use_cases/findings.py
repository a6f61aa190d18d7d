"""What the catalog found in a live version: a report of the act that its clause is, which only proposes a case."""

from uuid import UUID

from prometheus_client import Counter

from services.enforcement import finding_store, rulebook_store, store
from services.enforcement.domain import finding
from services.enforcement.domain.case import Case, CaseKind, CaseOrigin, CaseStatus
from services.enforcement.domain.errors import NoRulebook
from services.enforcement.domain.report import Report
from services.enforcement.domain.rulebook import Act, Rulebook, Scope
from services.enforcement.domain.subject import Subject
from services.enforcement.use_cases.cases import open_case
from shared.contracts.catalog import FindingReported, ReportedFinding
from shared.db.transaction import Transaction

UNMATCHED = Counter("enforcement_findings_unmatched", "Findings of clauses that are no act of the rulebook.")


async def report_findings(tx: Transaction, found: FindingReported) -> None:
    """Each joins the case that is open about its act and subject, or proposes one; what is told twice counts once.

    A finding whose clause is no act is kept for people to see.
    """
    try:
        book = await rulebook_store.rulebook_at(tx, found.found_at)
    except NoRulebook:
        book = None
    matched = [(book.act_of(item.clause) if book else None, item) for item in found.findings]
    for act, item in sorted(matched, key=lambda pair: pair[0].id if pair[0] else ""):  # locks in one order
        if book is None or act is None:
            await _keep_unmatched(tx, found, item)
        else:
            await _report(tx, book, act, found, item)


async def _report(tx: Transaction, book: Rulebook, act: Act, found: FindingReported, item: ReportedFinding) -> None:
    subject = Subject(found.provider_id, found.listing_id if act.subject is Scope.LISTING else None)
    await store.lock_reports(tx, act.id, subject.target)
    report_id = finding.identity(found, item)
    if await tx.session.get(Report, report_id) is not None:
        return
    case = await store.joinable_case(tx, act.id, subject.provider_id, subject.listing_id)
    if case is None:
        case = await _propose(tx, book, act, subject, found, report_id)
    tx.session.add(
        Report(
            report_id,
            case.case_id,
            finding.reporter(found),
            act.id,
            found.found_at,
            finding.statement(item),
            finding.evidence(found, item),
            reported_at=tx.now,
        )
    )
    tx.record("report_finding", f"report:{report_id}", new={"case_id": case.case_id, "act": act.id})
    await tx.session.flush()


async def _propose(
    tx: Transaction, book: Rulebook, act: Act, subject: Subject, found: FindingReported, report_id: UUID
) -> Case:
    case = open_case(
        tx,
        book,
        act,
        subject,
        kind=CaseKind.VIOLATION,
        origin=CaseOrigin.FINDING,
        origin_id=report_id,
        status=CaseStatus.PROPOSED,
        happened_at=found.found_at,
        facts={
            "listing_id": str(found.listing_id),
            "listing_version": found.version,
            "found_by": found.origin.value,
            "rules_digest": found.rules_digest,
        },
    )
    tx.record("propose_case", f"case:{case.case_id}", new={"act": act.id, "clause": act.clause, "status": case.status})
    await tx.session.flush()
    return case


async def _keep_unmatched(tx: Transaction, found: FindingReported, item: ReportedFinding) -> None:
    report_id = finding.identity(found, item)
    if not await finding_store.keep_unmatched(tx, report_id, found, item):
        return
    UNMATCHED.inc()
    tx.record(
        "keep_unmatched_finding",
        f"listing:{found.listing_id}",
        new={"finding_id": report_id, "clause": item.clause, "listing_version": found.version},
    )
