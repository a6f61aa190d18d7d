"""The HTTP shapes that say why something is blocked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.domain.explanation import Because
from services.registry.domain.provider import Provider
from shared.contracts.effects import Effect
from shared.contracts.registry import Standing


class BecauseItem(BaseModel):
    """One cause. `source`: its standing, an agreement, a qualification, or a restriction of enforcement."""

    source: str
    clause: str
    reason: str
    measure: str = ""
    measure_clause: str = ""
    penalty_id: UUID | None = None
    decision_id: UUID | None = None
    from_: datetime | None = Field(default=None, alias="from")
    until: datetime | None = None
    advice: str = ""
    advice_zh: str = ""
    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)


class EffectItem(BaseModel):
    blocked: bool
    causes: list[BecauseItem]


class ExplanationResponse(BaseModel):
    provider_id: UUID
    category: str
    standing: Standing
    at: datetime
    effects: dict[Effect, EffectItem]

    @classmethod
    def of(cls, provider: Provider, category: str, at: datetime, effects: Mapping[Effect, tuple[Because, ...]]) -> Self:
        return cls(
            provider_id=provider.provider_id,
            category=category,
            standing=provider.standing,
            at=at,
            effects={
                effect: EffectItem(blocked=bool(causes), causes=[BecauseItem(**_members(c)) for c in causes])
                for effect, causes in effects.items()
            },
        )


def _members(because: Because) -> dict[str, Any]:
    return {name: getattr(because, name) for name in Because.__slots__}
