"""One outage of one listing: opened at its first failed probe, closed at the first good one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.monitoring import OutageCause, OutageClosed, OutageOpened, OutageState

Facts = tuple[OutageState, ...]


@dataclass(eq=False)
class Outage:
    """Open while `ended_at` is None. `correlation_id` is the listing's story, under which all its facts are told."""

    outage_id: UUID
    listing_id: UUID
    provider_id: UUID
    listing_kind: str
    started_at: datetime
    evidence_hash: str
    correlation_id: str
    counted_at: datetime
    merchants_affected: int = 0
    ended_at: datetime | None = None
    cause: str = OutageCause.UNKNOWN
    cause_evidence: str = ""
    cause_reason: str = ""
    version: int = 1

    def state(self) -> OutageState:
        """The whole state as a fact: opened while it lasts, closed afterwards."""
        kind = OutageOpened if self.ended_at is None else OutageClosed
        return kind(
            outage_id=self.outage_id,
            listing_id=self.listing_id,
            provider_id=self.provider_id,
            listing_kind=self.listing_kind,
            started_at=self.started_at,
            ended_at=self.ended_at,
            cause=OutageCause(self.cause),
            merchants_affected=self.merchants_affected,
            evidence_hash=self.evidence_hash,
        )

    def count(self, merchants: int, at: datetime) -> Facts:
        """More merchants are affected: told again, so that whoever has a threshold notices it while it is open."""
        self.counted_at = at
        if merchants <= self.merchants_affected or self.ended_at is not None:
            return ()
        self.merchants_affected = merchants
        return (self.state(),)

    def close(self, at: datetime) -> Facts:
        if self.ended_at is not None:
            return ()
        self.ended_at = max(at, self.started_at)
        return (self.state(),)

    def cut(self, at: datetime) -> Facts:
        """Our own restriction holds since `at`: what lies after it was no outage and hurt nobody on their account."""
        if self.ended_at is not None and self.ended_at <= at:
            return ()
        if self.started_at >= at:
            self.ended_at, self.merchants_affected = self.started_at, 0
        else:
            self.ended_at = at
        return (self.state(),)

    def attribute(self, cause: OutageCause, evidence: str, reason: str) -> Facts:
        """An officer found the cause. The same finding again changes nothing."""
        if (self.cause, self.cause_evidence, self.cause_reason) == (cause, evidence, reason):
            return ()
        self.cause, self.cause_evidence, self.cause_reason = str(cause), evidence, reason
        return (self.state(),)
