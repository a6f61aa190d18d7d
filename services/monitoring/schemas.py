"""The shapes of monitoring's HTTP interface."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.monitoring.domain.availability import Availability
from services.monitoring.domain.outage import Outage
from services.monitoring.domain.timeline import State, Timeline, instant, milliseconds
from shared.contracts.monitoring import OutageCause
from shared.http.fields import Line, Reason


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
