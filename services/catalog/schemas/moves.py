"""The HTTP shapes of moves from one category to another."""

from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.catalog.domain.move import Move, MoveState
from shared.http.fields import Reason, Slug


class MoveRequest(BaseModel):
    """`is_misplacement`: the provider chose the wrong category, which is reported as a finding (6.1.3(7), 6.1.4)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"category": "shop-operation", "is_misplacement": True, "reason": "实际提供代运营服务"}
        },
    )
    category: Slug
    is_misplacement: bool
    reason: Reason


class MoveDecision(StrEnum):
    CONFIRM = "confirm"
    DECLINE = "decline"


class MoveDecisionRequest(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"decision": "confirm", "reason": "核实无误"}}
    )
    decision: MoveDecision
    reason: Reason


class MoveResponse(BaseModel):
    """`version` is the one for If-Match."""

    move_id: UUID
    listing_id: UUID
    provider_id: UUID
    from_category: str
    to_category: str
    is_misplacement: bool
    reason: str
    proposed_by: str
    proposed_at: datetime
    state: MoveState
    decided_by: str = Field(description="Empty while it waits for a second person.")
    decided_at: datetime | None
    decision_reason: str
    version: int

    @classmethod
    def of(cls, move: Move) -> Self:
        return cls(**{name: getattr(move, name) for name in cls.model_fields})
