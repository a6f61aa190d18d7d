"""What comes in."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from services.enforcement.domain.appeal import Outcome
from services.enforcement.domain.case import CaseKind
from services.enforcement.domain.durations import parse_duration
from services.enforcement.use_cases.cases import Charge
from services.enforcement.use_cases.proof import Grounds
from services.enforcement.use_cases.reports import Allegation
from shared.contracts.monitoring import OutageCause
from shared.http.fields import Reason


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("is no instant of UTC") from None


Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
Statement = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$"),
]
"""What somebody states at length: not blank, line breaks allowed."""

ActId = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$")]

MeasureId = ActId


def _is_duration(text: str) -> str:
    parse_duration(text)
    return text


Span = Annotated[
    str, StringConstraints(min_length=2, max_length=20, pattern=r"^[0-9dhms]+$"), AfterValidator(_is_duration)
]
"""How long, such as 14d or 36h."""


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ConfirmationRequest(_Request):
    """`cause` is needed where the act asks for it and monitoring has not recorded it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"cause": "defect", "evidence": "Stack trace of release 2.4.1", "reason": "The defect is reproduced"}
            ]
        },
    )
    cause: OutageCause | None = None
    evidence: Statement
    reason: Reason

    def grounds(self, officer: str) -> Grounds:
        return Grounds(officer, self.cause, self.evidence, self.reason)


class RecommendationRequest(ConfirmationRequest):
    """`also` are measures that the rulebook allows to take along, such as payout_hold with an expulsion."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"evidence": "Payment codes in 31 chats", "reason": "Grave and repeated", "also": ["payout_hold"]}
            ]
        },
    )
    also: list[MeasureId] = Field(default=[], max_length=10)


class CaseRequest(_Request):
    """A case that an officer opens after an investigation. `clause`, where given, must be that of the act."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "expulsion",
                    "provider_id": "0192f3c1-5a5e-7c3a-9b1e-0a7d3f0c1b2a",
                    "act": "off-platform-trade",
                    "clause": "6.4",
                    "evidence": "Payment codes in 31 chats",
                    "reason": "The provider goes on after two penalties",
                }
            ]
        },
    )
    kind: Literal[CaseKind.VIOLATION, CaseKind.EXPULSION]
    provider_id: UUID
    listing_id: UUID | None = None
    act: ActId
    clause: Annotated[str, StringConstraints(max_length=40, pattern=r"^[0-9.()]*$")] = ""
    happened_at: Instant | None = None
    evidence: Statement
    reason: Reason

    def charge(self) -> Charge:
        return Charge(
            self.kind,
            self.act,
            self.clause,
            self.provider_id,
            self.listing_id,
            self.happened_at,
            self.evidence,
            self.reason,
        )


class _PeriodRequest(_Request):
    """`period`: as long as the rulebook allows if none is said."""

    period: Span | None = None
    reason: Reason

    @property
    def span(self) -> timedelta | None:
        return None if self.period is None else parse_duration(self.period)


class InterimRequest(_PeriodRequest):
    """Measures in the meantime, while an expulsion is examined (7.3)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"measures": ["freeze", "payout_hold"], "period": "14d", "reason": "Merchants are at risk"}]
        },
    )
    measures: list[MeasureId] = Field(min_length=1, max_length=10)


class ExtensionRequest(_PeriodRequest):
    """A second officer lets an interim measure last longer, counted from now."""


class ReasonRequest(_Request):
    reason: Reason


class AppealRequest(_Request):
    text: Statement


class AppealDecisionRequest(_Request):
    outcome: Outcome
    reason: Reason


class ReportRequest(_Request):
    """An act of the rulebook, about a listing or about a provider, and when it happened."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "act": "off-platform-trade",
                    "provider_id": "0192f3c1-5a5e-7c3a-9b1e-0a7d3f0c1b2a",
                    "happened_at": "2026-01-05T08:00:00Z",
                    "text": "Their support asked me to pay by bank transfer.",
                    "evidence": "Chat of 5 January",
                }
            ]
        },
    )
    act: ActId
    listing_id: UUID | None = None
    provider_id: UUID | None = None
    happened_at: Instant
    text: Statement
    evidence: Statement

    @model_validator(mode="after")
    def _names_a_subject(self) -> Self:
        if self.listing_id is None and self.provider_id is None:
            raise ValueError("name a listing_id or a provider_id")
        return self

    def allegation(self) -> Allegation:
        return Allegation(self.act, self.listing_id, self.provider_id, self.happened_at, self.text, self.evidence)
