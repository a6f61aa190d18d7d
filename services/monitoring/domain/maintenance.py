"""A maintenance: a provider announces beforehand when and why a listing rests (6.3.1(2))."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.monitoring.domain.errors import MaintenanceBegan, WrongPeriod
from shared.contracts.monitoring import MaintenanceAnnounced

AHEAD = timedelta(days=3)
"""How long before the start it must be announced; later is allowed and marked."""
LONGEST = timedelta(days=7)
FARTHEST = timedelta(days=366)
MOST_AHEAD = 20


@dataclass(eq=False)
class Maintenance:
    """It is called off while `cancelled_at` is set. `correlation_id` is the listing's story."""

    maintenance_id: UUID
    listing_id: UUID
    provider_id: UUID
    announced_at: datetime
    starts_at: datetime
    ends_at: datetime
    reason: str
    correlation_id: str
    cancelled_at: datetime | None = None
    cancel_reason: str = ""
    version: int = 1

    @property
    def is_late(self) -> bool:
        return self.starts_at - self.announced_at < AHEAD

    def state(self) -> MaintenanceAnnounced:
        return MaintenanceAnnounced(
            maintenance_id=self.maintenance_id,
            listing_id=self.listing_id,
            provider_id=self.provider_id,
            announced_at=self.announced_at,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            reason=self.reason,
            is_late=self.is_late,
            cancelled_at=self.cancelled_at,
        )

    def cancel(self, reason: str, at: datetime) -> MaintenanceAnnounced:
        """Before it starts: nobody takes back what users have already felt."""
        if self.cancelled_at is not None or self.starts_at <= at:
            raise MaintenanceBegan("It was called off already" if self.cancelled_at else "It has begun already")
        self.cancelled_at, self.cancel_reason = at, reason
        return self.state()


def check_period(starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    """Announced is what is still to come, at any time before it starts."""
    wrong = [
        (starts_at <= at, "/starts_at", "must lie in the future"),
        (starts_at - at > FARTHEST, "/starts_at", f"must lie within {FARTHEST.days} days"),
        (ends_at <= starts_at, "/ends_at", "must lie after `starts_at`"),
        (ends_at - starts_at > LONGEST, "/ends_at", f"must lie within {LONGEST.days} days after `starts_at`"),
    ]
    errors = [{"pointer": pointer, "message": message} for is_wrong, pointer, message in wrong if is_wrong]
    if errors:
        raise WrongPeriod("The period cannot be announced.", errors=errors)
