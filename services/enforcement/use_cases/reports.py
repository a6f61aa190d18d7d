"""Reports: somebody says that an act happened, and a case is opened or joined."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.enforcement import rulebook_store, store
from services.enforcement.domain.case import Case, CaseOrigin, CaseStatus
from services.enforcement.domain.errors import NotReportable
from services.enforcement.domain.facts import Detector
from services.enforcement.domain.report import Report
from services.enforcement.domain.rulebook import Act, Rulebook, Scope
from services.enforcement.domain.subject import Subject
from shared.db.transaction import Transaction
from shared.errors import Invalid, NotFound
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
        raise _wrong("/happened_at", "It cannot have happened in the future")
    book = await rulebook_store.rulebook_at(tx, said.happened_at)
    act = book.act(said.act)
    if act.detector is not Detector.REPORT:
        raise NotReportable(f"{act.clause} is measured by monitoring and cannot be reported")
    subject = await _subject(tx, act.subject, said)
    await store.lock_reports(tx, act.id, subject.target)
    case = await store.joinable_case(tx, act.id, subject.provider_id, subject.listing_id)
    report_id = new_id()
    if case is None:
        case = _open_case(tx, report_id, subject, book, act, said.happened_at)
        await tx.session.flush()
    report = Report(
        report_id, case.case_id, reporter, act.id, said.happened_at, said.text, said.evidence, reported_at=tx.now
    )
    tx.session.add(report)
    tx.record("report_act", f"report:{report_id}", new={"case_id": case.case_id, "act": act.id})
    return report, case


def _open_case(
    tx: Transaction, report_id: UUID, subject: Subject, book: Rulebook, act: Act, happened_at: datetime
) -> Case:
    case = Case(
        case_id=new_id(),
        act=act.id,
        clause=act.clause,
        rulebook=book.id,
        rulebook_version=book.version,
        provider_id=subject.provider_id,
        listing_id=subject.listing_id,
        origin=CaseOrigin.REPORT,
        origin_id=report_id,
        status=CaseStatus.OPEN,
        happened_at=happened_at,
        opened_at=tx.now,
        correlation_id=tx.context.correlation_id,
    )
    tx.session.add(case)
    tx.record("open_case", f"case:{case.case_id}", new={"act": act.id, "clause": act.clause, "status": case.status})
    return case


async def _subject(tx: Transaction, scope: Scope, said: Allegation) -> Subject:
    """A listing of its provider, or the provider; what this service never heard of cannot be reported."""
    if scope is Scope.LISTING:
        if said.listing_id is None:
            raise _wrong("/listing_id", "This act is about a listing; say which")
        listing = await store.known_listing(tx, said.listing_id)
        if listing is None:
            raise NotFound("There is no such listing")
        if said.provider_id not in (None, listing.provider_id):
            raise _wrong("/provider_id", "The listing belongs to another provider")
        return Subject(listing.provider_id, listing.listing_id, listing.category)
    if said.provider_id is None:
        raise _wrong("/provider_id", "This act is about a provider; say which")
    if said.listing_id is not None:
        raise _wrong("/listing_id", "This act is about a provider, not one of its listings")
    if await store.known_provider(tx, said.provider_id) is None:
        raise NotFound("There is no such provider")
    return Subject(said.provider_id)


def _wrong(pointer: str, message: str) -> Invalid:
    return Invalid(message, errors=[{"pointer": pointer, "message": message}])
