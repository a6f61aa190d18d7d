"""Facts that the catalog says: what is on offer, and in which state."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.event import Event


class ListingKind(StrEnum):
    APPLICATION = "application"
    SERVICE = "service"


class ListingLifecycle(StrEnum):
    LIVE = "live"
    DELISTED = "delisted"
    RETIRED = "retired"


class Plan(BaseModel):
    """A period for a price. `price_fen` is whole fen of CNY; `period_days` whole days."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    plan_id: str
    title: str
    period_days: int = Field(gt=0)
    price_fen: int = Field(ge=0)


class ListingState(Event):
    """The whole public state of a listing's live version."""

    listing_id: UUID
    provider_id: UUID
    kind: ListingKind
    category: str
    name: str
    callback_url: str
    plans: tuple[Plan, ...]
    lifecycle: ListingLifecycle
    version: int
    published_at: datetime


class ListingSubmitted(Event, wire="listing.submitted", aggregate="listing", key="listing_id", public=True):
    listing_id: UUID
    provider_id: UUID
    version: int
    submitted_at: datetime


class ListingRejected(Event, wire="listing.rejected", aggregate="listing", key="listing_id", public=True):
    listing_id: UUID
    provider_id: UUID
    version: int
    clauses: tuple[str, ...]
    reason: str


class ListingPublished(ListingState, wire="listing.published", aggregate="listing", key="listing_id", full_state=True):
    """A version went live."""


class ListingUpdated(ListingState, wire="listing.updated", aggregate="listing", key="listing_id", full_state=True):
    """The live state changed in another way, or is told again for replicas."""
