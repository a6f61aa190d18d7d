"""What is probed for one listing, and what a verdict about it makes true."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.monitoring.domain.judging import CONFIRMING_VOTES, Verdict
from services.monitoring.domain.timeline import Span, State, Timeline, instant
from shared.contracts.monitoring import ProbeFailed, ProbeRecovered

# A verdict is believed for one and a half intervals: one late probe is forgiven, a dead prober is not.
HOLD_NUMERATOR, HOLD_DENOMINATOR = 3, 2
# An open outage outlives this many intervals without a verdict; beyond, nobody can say that it still lasts.
GAP_INTERVALS = 3


def hold_ms(interval_ms: int) -> int:
    return interval_ms * HOLD_NUMERATOR // HOLD_DENOMINATOR


@dataclass(frozen=True, slots=True)
class Target:
    listing_id: UUID
    provider_id: UUID
    listing_kind: str
    correlation_id: str
    interval_ms: int
    timeline: Timeline

    def take(self, verdict: Verdict) -> "tuple[Target, tuple[Span, ...]]":
        """The target after a verdict. While SUSPENDED nothing that a probe saw counts."""
        if self.timeline.state is State.SUSPENDED:
            return self, ()
        held_until = verdict.seen_ms + hold_ms(self.interval_ms)
        timeline, spans = self.timeline.turn(self._supported(verdict), verdict.at_ms, held_until)
        return replace(self, timeline=timeline), spans

    def _supported(self, verdict: Verdict) -> State:
        """The verdict's state if enough looks support it. One may confirm what holds, but never change it.

        A prober may have judged by what held some time ago: before it froze, or before somebody else took over.
        """
        held = self.timeline.at(verdict.at_ms)
        if verdict.state is State.DOWN and held is not State.DOWN and len(verdict.failing) < CONFIRMING_VOTES:
            return State.UNKNOWN
        if verdict.state is State.UP and held is State.DOWN and len(verdict.answering) < CONFIRMING_VOTES:
            return State.UNKNOWN
        return verdict.state

    def failed(self, verdict: Verdict) -> ProbeFailed:
        return ProbeFailed(
            listing_id=self.listing_id,
            provider_id=self.provider_id,
            failed_at=instant(verdict.at_ms),
            vantages=tuple(dict.fromkeys(vote.vantage for vote in verdict.failing)),
            reason=verdict.reason,
            evidence_hash=verdict.failing[0].evidence_hash,
        )

    def recovered(self, verdict: Verdict) -> ProbeRecovered:
        return ProbeRecovered(
            listing_id=self.listing_id, provider_id=self.provider_id, recovered_at=instant(verdict.at_ms)
        )

    def outage_is_lost(self, now_ms: int) -> datetime | None:
        """When an open outage must be taken to have ended because it is no longer measured; None while it is."""
        ended_ms = self.timeline.down_ended_ms(now_ms)
        if now_ms - ended_ms <= GAP_INTERVALS * self.interval_ms:
            return None
        return instant(ended_ms)
