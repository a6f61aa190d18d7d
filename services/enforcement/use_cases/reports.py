"""Reports: somebody says that an act happened, and a case is opened or joined."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.enforcement import rulebook_store, store
from services.enforcement.domain.case import Case, CaseKind, CaseOrigin
from services.enforcement.domain.errors import NotReportable
from services.enforcement.domain.facts import Detector
from services.enforcement.domain.report import Report
from services.enforcement.use_cases.cases import open_case
from services.enforcement.use_cases.subjects import about, wrong
from shared.db.transaction import Transaction
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Allegation:
    """What is reported. The subject is a listing or a provider, as the act says."""

    act: str
    listing_id: UUID | None
    provider_id: UUID | None
    happened_at: datetime
    text: str
    evidence: str


async def report_act(tx: Transaction, reporter: str, said: Allegation) -> tuple[Report, Case]:
    """A further report of the same act about the same subject joins the case that is open."""
    if said.happened_at > tx.now:
        raise wrong("/happened_at", "It cannot have happened in the future")
    book = await rulebook_store.rulebook_at(tx, said.happened_at)
    act = book.act(said.act)
    if act.detector is not Detector.REPORT:
        raise NotReportable(f"{act.clause} is established by what is measured and cannot be reported")
    subject = await about(tx, act.subject, said.listing_id, said.provider_id)
    await store.lock_reports(tx, act.id, subject.target)
    case = await store.joinable_case(tx, act.id, subject.provider_id, subject.listing_id)
    report_id = new_id()
    if case is None:
        case = open_case(
            tx,
            book,
            act,
            subject,
            kind=CaseKind.COMPLAINT,
            origin=CaseOrigin.REPORT,
            origin_id=report_id,
            happened_at=said.happened_at,
        )
        tx.record("open_case", f"case:{case.case_id}", new={"act": act.id, "clause": act.clause, "status": case.status})
        await tx.session.flush()
    report = Report(
        report_id, case.case_id, reporter, act.id, said.happened_at, said.text, said.evidence, reported_at=tx.now
    )
    tx.session.add(report)
    tx.record("report_act", f"report:{report_id}", new={"case_id": case.case_id, "act": act.id})
    return report, case
