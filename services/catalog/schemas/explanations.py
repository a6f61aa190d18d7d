"""The HTTP shapes of an explanation: what blocks a listing, and until when."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.catalog.domain.effective import Because, Lifecycle
from services.catalog.queries.explanations import Explanation
from shared.contracts.effects import Effect


class BecauseItem(BaseModel):
    """One cause. `source`: the listing's lifecycle, the provider's standing or qualification, or a restriction."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)
    source: str
    clause: str
    reason: str
    target: str = Field(description="What a restriction hits: listing, provider or provider_category.")
    measure: str
    measure_clause: str
    penalty_id: UUID | None
    decision_id: UUID | None
    from_: datetime | None = Field(alias="from")
    until: datetime | None

    @classmethod
    def of(cls, because: Because) -> Self:
        return cls(**{name: getattr(because, name) for name in Because.__slots__})


class EffectItem(BaseModel):
    blocked: bool
    causes: list[BecauseItem]
    next_change: datetime | None = Field(
        description="When it is free again, or blocked next, if nothing else happens; null when no such time is known."
    )


class ExplanationResponse(BaseModel):
    listing_id: UUID
    lifecycle: Lifecycle
    at: datetime
    waiting_version: int | None = Field(
        description="A version that was approved and goes live when publishing is free again."
    )
    effects: dict[Effect, EffectItem]

    @classmethod
    def of(cls, found: Explanation) -> Self:
        return cls(
            listing_id=found.listing.listing_id,
            lifecycle=found.listing.lifecycle,
            at=found.at,
            waiting_version=found.waiting_version,
            effects={
                effect: EffectItem(
                    blocked=bool(causes),
                    causes=[BecauseItem.of(cause) for cause in causes],
                    next_change=found.next_changes[effect],
                )
                for effect, causes in found.effects.items()
            },
        )
