"""Facts that monitoring says: what was measured. It reports and never judges."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.contracts.event import Event


class OutageCause(StrEnum):
    UNKNOWN = "unknown"
    DEFECT = "defect"
    FAILED_PERFORMANCE_TEST = "failed_performance_test"
    FAILURE = "failure"
    MAINTENANCE = "maintenance"
    ATTACK = "attack"


class ProbeFailed(Event, wire="probe.failed", aggregate="listing", key="listing_id", public=True):
    """A failure that a second vantage confirmed. `evidence_hash` is the SHA-256 of the kept raw probe."""

    listing_id: UUID
    provider_id: UUID
    failed_at: datetime
    vantages: tuple[str, ...]
    reason: str
    evidence_hash: str


class ProbeRecovered(Event, wire="probe.recovered", aggregate="listing", key="listing_id", public=True):
    listing_id: UUID
    provider_id: UUID
    recovered_at: datetime


class OutageState(Event):
    """The whole state of one outage; `started_at` is the first failed probe, `ended_at` None while it is open."""

    outage_id: UUID
    listing_id: UUID
    provider_id: UUID
    listing_kind: str
    started_at: datetime
    ended_at: datetime | None
    cause: OutageCause
    merchants_affected: int
    evidence_hash: str


class OutageOpened(OutageState, wire="outage.opened", aggregate="outage", key="outage_id", full_state=True):
    """A listing is down, and so many merchants with an active subscription are affected."""


class OutageClosed(OutageState, wire="outage.closed", aggregate="outage", key="outage_id", full_state=True):
    """The listing answers again."""


class AvailabilityMeasured(
    Event, wire="availability.measured", aggregate="availability", key="listing_id", full_state=True
):
    """The share of the measured time in [from, until) in which a listing answered, of 0 to 1.

    What nobody measured counts for neither side; `availability` is None when nothing was measured.
    """

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)
    listing_id: UUID
    provider_id: UUID
    from_: datetime = Field(alias="from")
    until: datetime
    availability: float | None = Field(ge=0, le=1)
    measured_at: datetime


class MaintenanceAnnounced(
    Event, wire="maintenance.announced", aggregate="maintenance", key="maintenance_id", full_state=True
):
    """A provider announced that a listing rests from `starts_at` to `ends_at`; `cancelled_at` says that it will not.

    `is_late`: announced less than three days ahead (6.3.1(2)).
    """

    maintenance_id: UUID
    listing_id: UUID
    provider_id: UUID
    announced_at: datetime
    starts_at: datetime
    ends_at: datetime
    reason: str
    is_late: bool = False
    cancelled_at: datetime | None = None
