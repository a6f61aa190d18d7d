"""What comes in."""

from datetime import UTC, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints, model_validator

from services.enforcement.domain.appeal import Outcome
from services.enforcement.use_cases.cases import Grounds
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
