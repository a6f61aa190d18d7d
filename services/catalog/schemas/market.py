"""The HTTP shapes of the storefront."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.catalog.domain.effective import Because, Effective, Lifecycle
from services.catalog.domain.listing import Listing
from services.catalog.queries.market import Offer
from services.catalog.schemas.listings import PlanItem
from shared.contracts.catalog import ListingKind
from shared.contracts.effects import Effect


class OfferItem(BaseModel):
    listing_id: UUID
    provider_id: UUID
    provider_name: str
    kind: ListingKind
    category: str
    name: str
    summary: str
    plans: list[PlanItem]
    published_at: datetime

    @classmethod
    def of(cls, offer: Offer) -> Self:
        return cls(
            listing_id=offer.listing_id,
            provider_id=offer.provider_id,
            provider_name=offer.provider_name,
            kind=offer.kind,
            category=offer.category,
            name=offer.name,
            summary=offer.summary,
            plans=[PlanItem.of(plan) for plan in offer.plans],
            published_at=offer.first_published_at,
        )


class OfferPage(OfferItem):
    """The page of one listing. All texts are plain text."""

    details: str
    support_url: str
    updated_at: datetime
    can_be_ordered: bool
    can_be_renewed: bool

    @classmethod
    def of(cls, offer: Offer) -> Self:
        return cls(
            **dict(OfferItem.of(offer)),
            details=offer.details,
            support_url=offer.support_url,
            updated_at=offer.published_at,
            can_be_ordered=offer.permits(Effect.ORDER),
            can_be_renewed=offer.permits(Effect.RENEW),
        )


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


class ExplanationResponse(BaseModel):
    listing_id: UUID
    lifecycle: Lifecycle
    at: datetime
    effects: dict[Effect, EffectItem]

    @classmethod
    def of(cls, listing: Listing, at: datetime, effects: Effective) -> Self:
        return cls(
            listing_id=listing.listing_id,
            lifecycle=listing.lifecycle,
            at=at,
            effects={
                effect: EffectItem(blocked=bool(causes), causes=[BecauseItem.of(cause) for cause in causes])
                for effect, causes in effects.items()
            },
        )
