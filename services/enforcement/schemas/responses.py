"""What goes out."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.enforcement.domain.appeal import Appeal, AppealStatus
from services.enforcement.domain.case import Case, CaseKind, CaseOrigin, CaseStatus
from services.enforcement.domain.decision import Decision, DecisionKind
from services.enforcement.domain.penalty import EndedBy, Penalty, PenaltyStatus
from services.enforcement.domain.report import Report
from services.enforcement.domain.rulebook import Ending
from services.enforcement.domain.violation import Violation, ViolationStatus
from shared.contracts.catalog import FindingOrigin, ReportedFinding
from shared.contracts.effects import Effect, Target


class _Response(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class DecisionResponse(_Response):
    decision_id: UUID
    kind: DecisionKind
    decided_by: str
    decided_at: datetime
    rulebook: str
    rulebook_version: str
    rulebook_hash: str
    cause: str
    evidence: str
    reason: str
    facts: dict[str, Any]
    trace: dict[str, Any]
    measures: list[str]


class CaseSummary(_Response):
    case_id: UUID
    kind: CaseKind
    status: CaseStatus
    act: str
    clause: str
    rulebook: str
    rulebook_version: str
    provider_id: UUID
    listing_id: UUID | None
    origin: CaseOrigin
    origin_id: UUID
    happened_at: datetime
    opened_at: datetime
    decided_at: datetime | None
    version: int


class ReportedResponse(_Response):
    """A report as the officer sees it."""

    report_id: UUID
    reporter: str
    happened_at: datetime
    reported_at: datetime
    text: str
    evidence: str


class UnmatchedFindingResponse(_Response):
    """What the catalog found of a clause that is no act of the rulebook."""

    finding_id: UUID
    listing_id: UUID
    provider_id: UUID
    listing_version: int
    origin: FindingOrigin
    rules_digest: str
    finding: ReportedFinding
    found_at: datetime


class CaseResponse(CaseSummary):
    """`facts` and `trace` are what opened the case; each decision has its own."""

    correlation_id: str
    recommended_by: str = Field(description="Who waits for a second officer's approval; empty: nobody.")
    facts: dict[str, Any]
    trace: dict[str, Any]
    interim_measures: list["PenaltyResponse"]
    reports: list[ReportedResponse]
    decisions: list[DecisionResponse]

    @classmethod
    def of(
        cls, case: Case, interim: Iterable[Penalty], reports: Iterable[Report], decisions: Iterable[Decision]
    ) -> Self:
        return cls.model_validate(
            {
                **{name: getattr(case, name) for name in CaseSummary.model_fields},
                "correlation_id": case.correlation_id,
                "recommended_by": case.recommended_by,
                "facts": case.facts,
                "trace": case.trace,
                "interim_measures": [PenaltyResponse.model_validate(item) for item in interim],
                "reports": [ReportedResponse.model_validate(report) for report in reports],
                "decisions": [DecisionResponse.model_validate(decision) for decision in decisions],
            }
        )


class PenaltyResponse(_Response):
    """In force while `from <= now < until`, unless it was lifted. `ends` is what may end it."""

    model_config = ConfigDict(from_attributes=True, validate_by_name=True, serialize_by_alias=True)
    penalty_id: UUID
    violation_id: UUID | None = Field(description="Null for an interim measure: its case is not decided yet.")
    case_id: UUID
    decision_id: UUID
    target: Target
    measure: str
    interim: bool
    extended_from: UUID | None = Field(description="The penalty of a linked account that this one derives from.")
    clause: str = Field(description="The clause that was violated.")
    measure_clause: str = Field(description="The clause of the measure.")
    effects: Annotated[list[Effect], AfterValidator(sorted)]
    ends: Annotated[list[Ending], AfterValidator(sorted)]
    from_at: datetime = Field(serialization_alias="from")
    until: datetime | None
    status: PenaltyStatus
    lifted_at: datetime | None
    lift_decision_id: UUID | None
    ended_by: EndedBy | None
    version: int


class ViolationSummary(_Response):
    violation_id: UUID
    case_id: UUID
    status: ViolationStatus
    provider_id: UUID
    listing_id: UUID | None
    act: str
    clause: str
    rulebook: str
    rulebook_version: str
    decision_id: UUID
    happened_at: datetime
    confirmed_at: datetime
    appeal_until: datetime
    earlier: int = Field(description="How many violations of the same act stood against the provider before.")
    accounts: list[UUID] = Field(description="The accounts that were the same provider when it was decided.")
    group_id: UUID | None
    group_version: int | None
    version: int


class ViolationResponse(ViolationSummary):
    penalties: list[PenaltyResponse]

    @classmethod
    def of(cls, violation: Violation, penalties: Sequence[Penalty]) -> Self:
        return cls.model_validate(
            {
                **{name: getattr(violation, name) for name in ViolationSummary.model_fields},
                "penalties": [PenaltyResponse.model_validate(penalty) for penalty in penalties],
            }
        )


class InterimResponse(BaseModel):
    """The measures ordered, on the provider first and then on the accounts linked to it."""

    items: list[PenaltyResponse]

    @classmethod
    def of(cls, penalties: Iterable[Penalty]) -> Self:
        return cls(items=[PenaltyResponse.model_validate(item) for item in penalties])


class AppealResponse(_Response):
    appeal_id: UUID
    violation_id: UUID
    provider_id: UUID
    status: AppealStatus
    text: str
    filed_at: datetime
    decision_id: UUID | None
    decided_at: datetime | None
    reason: str
    version: int

    @classmethod
    def of(cls, appeal: Appeal) -> Self:
        return cls.model_validate(appeal)


class ReportResponse(BaseModel):
    """A report as its author sees it, and what became of its case."""

    report_id: UUID
    act: str
    happened_at: datetime
    reported_at: datetime
    case_id: UUID
    case_status: CaseStatus

    @classmethod
    def of(cls, report: Report, case: Case) -> Self:
        return cls(
            report_id=report.report_id,
            act=report.act,
            happened_at=report.happened_at,
            reported_at=report.reported_at,
            case_id=case.case_id,
            case_status=case.status,
        )
