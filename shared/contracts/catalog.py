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
    """`delisted` is also told of a listing that has nothing to show because a publish freeze took it back (6.5.3)."""

    LIVE = "live"
    DELISTED = "delisted"
    RETIRED = "retired"


class Plan(BaseModel):
    """A period for a price. `price_fen` is whole fen of CNY; `period_days` and `trial_days` whole days."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    plan_id: str
    title: str
    period_days: int = Field(gt=0)
    price_fen: int = Field(ge=0)
    trial_days: int = Field(default=0, ge=0)


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
    first_published_at: datetime | None = None


class ListingSubmitted(Event, wire="listing.submitted", aggregate="listing", key="listing_id", public=True):
    """A version waits for review. `answers` are the penalties on the listing that it may correct.

    `restriction_sequence` is that of the restriction on the listing which named them. While it waits, the clocks of
    those penalties' corrections stand still.
    """

    listing_id: UUID
    provider_id: UUID
    version: int
    submitted_at: datetime
    answers: tuple[UUID, ...] = ()
    restriction_sequence: int = 0


class ListingChangesRequested(
    Event, wire="listing.changes_requested", aggregate="listing", key="listing_id", public=True
):
    """The waiting version went back to its provider."""

    listing_id: UUID
    provider_id: UUID
    version: int
    clauses: tuple[str, ...]
    reason: str


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


class ListingDelisted(ListingState, wire="listing.delisted", aggregate="listing", key="listing_id", full_state=True):
    """Its provider or the platform took it off the market; only a review brings it back."""


class ListingRelisted(ListingState, wire="listing.relisted", aggregate="listing", key="listing_id", full_state=True):
    """A review passed what answers a delisting or open penalties (6.5.2).

    `answers` are the penalties that the reviewed version corrects, as the restriction with `restriction_sequence`
    named them when it was submitted. Whether that ends any of them is the rulebook's.
    """

    answers: tuple[UUID, ...] = ()
    restriction_sequence: int = 0
    reviewed_at: datetime


class ListingRetired(ListingState, wire="listing.retired", aggregate="listing", key="listing_id", full_state=True):
    """The provider ended it: nothing more is sold, what was sold runs on."""


class FindingOrigin(StrEnum):
    """How something was found: by a later screening of what is live, by a reviewer, when staff moved the listing."""

    PATROL = "patrol"
    REVIEW = "review"
    MOVE = "move"


class ReportedFinding(BaseModel):
    """`start` and `end` are positions in the text of `field`, half-open; `detector` is empty when people found it."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    clause: str
    severity: str
    detector: str = ""
    field: str = ""
    start: int = 0
    end: int = 0
    matched: str = ""
    why_zh: str = ""
    why_en: str = ""


class FindingReported(Event, wire="finding.reported", aggregate="listing", key="listing_id"):
    """Something in a live version breaks clauses; whether that is a violation is for enforcement to judge."""

    listing_id: UUID
    provider_id: UUID
    version: int
    origin: FindingOrigin
    rules_digest: str
    found_at: datetime
    findings: tuple[ReportedFinding, ...]
