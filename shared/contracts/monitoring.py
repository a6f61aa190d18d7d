"""Facts that monitoring says: what was measured. It reports and never judges."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

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
