"""The answer to: why can this (not) be done?"""

from collections.abc import Iterable
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.enforcement.domain.explain import Answer
from shared.contracts.effects import Effect, Target


class ExplainedCause(BaseModel):
    """A penalty that blocks the effect: by which clause, which decision, and until when."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)
    target: Target
    penalty_id: UUID
    decision_id: UUID
    measure: str
    clause: str
    measure_clause: str
    from_: datetime = Field(serialization_alias="from")
    until: datetime | None


class ExplainedHold(BaseModel):
    """What the provider's standing in the registry blocks by itself."""

    clause: str
    reason: str


class ExplainedEffect(BaseModel):
    blocked: bool
    causes: list[ExplainedCause]
    holds: list[ExplainedHold]

    @classmethod
    def of(cls, answer: Answer) -> Self:
        return cls(
            blocked=answer.blocked,
            causes=[
                ExplainedCause(
                    target=item.target,
                    **item.cause.model_dump(exclude={"effects"}, by_alias=False),
                )
                for item in answer.causes
            ],
            holds=[ExplainedHold(clause=hold.clause, reason=hold.reason) for hold in answer.holds],
        )


class ExplanationResponse(BaseModel):
    """For each effect whether it is blocked at `at`, and by what."""

    target: Target
    at: datetime
    effects: dict[Effect, ExplainedEffect]

    @classmethod
    def of(cls, target: Target, at: datetime, answers: Iterable[Answer]) -> Self:
        return cls(target=target, at=at, effects={answer.effect: ExplainedEffect.of(answer) for answer in answers})
