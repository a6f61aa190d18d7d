"""The shapes of monitoring's HTTP interface."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.monitoring.domain.availability import Availability
from services.monitoring.domain.maintenance import Maintenance
from services.monitoring.domain.outage import Outage
from services.monitoring.domain.timeline import State, Timeline, instant, milliseconds
from services.monitoring.use_cases.maintenances import Rest
from shared.contracts.monitoring import OutageCause
from shared.http.fields import Instant, Line, Reason


class TargetResponse(BaseModel):
    """What is probed for a listing. `state` is unknown when nobody has looked for too long."""

    listing_id: UUID
    provider_id: UUID
    listing_kind: str
    state: State
    since: datetime
    seen_at: datetime | None = Field(description="The last look; null before the first.")
    interval_ms: int
    timeout_ms: int
    problem: str = Field(description="What was wrong at the last look; empty if nothing was.")
    merchants: int = Field(description="Merchants with an active subscription at this moment.")

    @classmethod
    def of(cls, row: Any, now: datetime) -> "TargetResponse":
        timeline = Timeline(State(row["state"]), row["since_ms"], row["held_until_ms"])
        is_held = milliseconds(now) < timeline.held_until_ms
        return cls(
            listing_id=row["listing_id"],
            provider_id=row["provider_id"],
            listing_kind=row["listing_kind"],
            state=timeline.at(milliseconds(now)),
            since=instant(timeline.since_ms if is_held else timeline.held_until_ms),
            seen_at=instant(row["seen_ms"]) if row["seen_ms"] is not None else None,
            interval_ms=row["interval_ms"],
            timeout_ms=row["timeout_ms"],
            problem=row["problem"],
            merchants=row["merchants"],
        )


class OutageResponse(BaseModel):
    """One outage, from its first failed look to the first good one. Open while `ended_at` is null."""

    outage_id: UUID
    listing_id: UUID
    provider_id: UUID
    listing_kind: str
    started_at: datetime
    ended_at: datetime | None
    duration_ms: int | None = Field(description="Null while it is open.")
    cause: OutageCause
    cause_evidence: str
    cause_reason: str
    merchants_affected: int
    evidence_hash: str = Field(description="SHA-256 of the first failed look, kept as it was.")

    @classmethod
    def of(cls, row: Any) -> "OutageResponse":
        facts = dict(row)
        started_at, ended_at = facts["started_at"], facts["ended_at"]
        duration = milliseconds(ended_at) - milliseconds(started_at) if ended_at else None
        return cls.model_validate({**facts, "duration_ms": duration})

    @classmethod
    def of_outage(cls, outage: Outage) -> "OutageResponse":
        return cls.of({name: getattr(outage, name) for name in cls.model_fields if name != "duration_ms"})


class AvailabilityResponse(BaseModel):
    """By time, never by counting looks: up / (up + down). All else leaves both sides."""

    listing_id: UUID
    since: datetime
    until: datetime
    up_ms: int
    down_ms: int
    unknown_ms: int
    maintenance_ms: int
    suspended_ms: int
    availability_percent: str | None = Field(
        description="Rounded down to three decimals; null if nothing was measured."
    )
    coverage_percent: str = Field(description="How much of the countable time was measured.")
    is_sufficient: bool = Field(description="Whether enough was measured for a verdict.")

    @classmethod
    def of(cls, listing_id: UUID, since: datetime, until: datetime, found: Availability) -> "AvailabilityResponse":
        return cls(
            listing_id=listing_id,
            since=since,
            until=until,
            up_ms=found.up_ms,
            down_ms=found.down_ms,
            unknown_ms=found.unknown_ms,
            maintenance_ms=found.maintenance_ms,
            suspended_ms=found.suspended_ms,
            availability_percent=found.percent,
            coverage_percent=found.coverage_percent,
            is_sufficient=found.is_sufficient,
        )


class SetCauseRequest(BaseModel):
    """An officer's finding. `evidence` says where the proof lies: a reference or a hash."""

    model_config = ConfigDict(extra="forbid")

    cause: OutageCause
    evidence: Line
    reason: Reason


class MaintenanceRequest(BaseModel):
    """When a listing rests, in [starts_at, ends_at), and why."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"starts_at": "2026-03-07T16:00:00Z", "ends_at": "2026-03-07T18:00:00Z", "reason": "数据库升级"}
            ]
        },
    )

    starts_at: Instant
    ends_at: Instant
    reason: Line

    def rest(self, listing_id: UUID) -> Rest:
        return Rest(listing_id, self.starts_at, self.ends_at, self.reason)


class CancellationRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Reason


class MaintenanceResponse(BaseModel):
    maintenance_id: UUID
    listing_id: UUID
    provider_id: UUID
    announced_at: datetime
    starts_at: datetime
    ends_at: datetime
    reason: str
    is_late: bool = Field(description="Announced less than three days ahead (6.3.1(2)).")
    cancelled_at: datetime | None = Field(description="When it was called off; null: it was not.")
    version: int

    @classmethod
    def of(cls, found: Maintenance) -> "MaintenanceResponse":
        return cls.model_validate({**found.state().model_dump(), "version": found.version})
