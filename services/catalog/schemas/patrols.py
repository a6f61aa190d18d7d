"""The HTTP shapes of patrols and of what they found."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.catalog.domain.patrol import Patrol, PatrolState
from services.catalog.queries.patrols import PatrolFinding
from services.catalog.schemas.listings import FindingItem
from shared.http.fields import Reason


class PatrolRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "类目规则调整后复查"}})
    reason: Reason


class PatrolResponse(BaseModel):
    """`total` listings were live at its start; `done` of them were looked at, `found` is what was new in them."""

    patrol_id: UUID
    digest: str = Field(description="Names the words and detectors that it screens by.")
    state: PatrolState
    started_by: str = Field(description="Empty when a change of words or detectors started it.")
    reason: str
    started_at: datetime
    total: int
    done: int
    found: int
    ended_at: datetime | None

    @classmethod
    def of(cls, patrol: Patrol) -> Self:
        return cls(**{name: getattr(patrol, name) for name in cls.model_fields})


class PatrolFindingItem(BaseModel):
    listing_id: UUID
    number: int = Field(description="The version that was live.")
    fingerprint: str
    finding: FindingItem
    reported: bool = Field(description="Enforcement was told; advice is for the writer alone.")
    found_at: datetime

    @classmethod
    def of(cls, found: PatrolFinding) -> Self:
        plain = {name: getattr(found, name) for name in cls.model_fields if name != "finding"}
        return cls(finding=FindingItem.of(found.finding), **plain)
