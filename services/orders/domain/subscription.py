"""A subscription: a merchant's access to a listing from one instant to another."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.orders.domain.errors import SubscriptionEnded
from shared.contracts.event import Event
from shared.contracts.orders import SubscriptionActivated, SubscriptionStatus, SubscriptionUpdated

SERVED_AFTER_END = timedelta(days=30)
"""How long after the longest subscription a leaving provider's users may still use a listing (7.4)."""

TRANSITIONS: dict[SubscriptionStatus, frozenset[SubscriptionStatus]] = {
    SubscriptionStatus.ACTIVE: frozenset({SubscriptionStatus.EXPIRED, SubscriptionStatus.TERMINATED}),
    SubscriptionStatus.EXPIRED: frozenset(),
    SubscriptionStatus.TERMINATED: frozenset(),
}


@dataclass(eq=False)
class Subscription:
    """Entitled while it is active and `starts_at <= now < ends_at`; the timer only tidies up after `ends_at`."""

    subscription_id: UUID
    merchant_id: str
    listing_id: UUID
    provider_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: SubscriptionStatus = SubscriptionStatus.ACTIVE
    version: int = field(default=1)

    def is_running(self, at: datetime) -> bool:
        return self.status is SubscriptionStatus.ACTIVE and self.starts_at <= at < self.ends_at

    def activated(self) -> SubscriptionActivated:
        return SubscriptionActivated(**self._state())

    def updated(self) -> SubscriptionUpdated:
        return SubscriptionUpdated(**self._state())

    def extend(self, period_days: int) -> list[Event]:
        """A renewal adds to the end, so paying early loses no day."""
        self._must_be_active()
        self.ends_at += timedelta(days=period_days)
        return [self.updated()]

    def shorten(self, period_days: int, at: datetime) -> list[Event]:
        """Takes a refunded renewal back; what was bought before it stays."""
        if self.status is not SubscriptionStatus.ACTIVE:
            return []
        self.ends_at = max(self.ends_at - timedelta(days=period_days), self.starts_at)
        if self.ends_at <= at:
            self._become(SubscriptionStatus.EXPIRED)
        return [self.updated()]

    def terminate(self, at: datetime) -> list[Event]:
        if self.status is not SubscriptionStatus.ACTIVE:
            return []
        self._become(SubscriptionStatus.TERMINATED)
        self.ends_at = max(min(self.ends_at, at), self.starts_at)
        return [self.updated()]

    def expire(self) -> list[Event]:
        self._become(SubscriptionStatus.EXPIRED)
        return [self.updated()]

    def _must_be_active(self) -> None:
        if self.status is not SubscriptionStatus.ACTIVE:
            raise SubscriptionEnded(f"the subscription is {self.status.value}", status=self.status.value)

    def _become(self, status: SubscriptionStatus) -> None:
        if status not in TRANSITIONS[self.status]:
            raise SubscriptionEnded(f"the subscription is {self.status.value}", status=self.status.value)
        self.status = status

    def _state(self) -> dict[str, Any]:
        return {
            "subscription_id": self.subscription_id,
            "merchant_id": self.merchant_id,
            "listing_id": self.listing_id,
            "provider_id": self.provider_id,
            "status": self.status,
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
        }
