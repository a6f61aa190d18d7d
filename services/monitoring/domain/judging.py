"""From votes to a verdict: a failure needs a second vantage, a tie keeps the state, a suspect vantage has no vote."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from services.monitoring.domain.timeline import State

CONFIRMING_VOTES = 2
UNMONITORABLE = "unmonitorable"


@dataclass(frozen=True, slots=True)
class Vote:
    """What one vantage saw. `up` is None when it could not or may not look: that is no failure of the target."""

    vantage: str
    at_ms: int
    up: bool | None
    reason: str = ""
    evidence_hash: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`state` was first seen at `at_ms`; the last look of the round was at `seen_ms`."""

    state: State
    at_ms: int
    seen_ms: int
    votes: tuple[Vote, ...]
    reason: str = ""

    @property
    def answering(self) -> tuple[Vote, ...]:
        return tuple(vote for vote in self.votes if vote.up)

    @property
    def failing(self) -> tuple[Vote, ...]:
        return tuple(vote for vote in self.votes if vote.up is False)


def needs_confirmation(believed: State, vote: Vote, suspects: Collection[str]) -> bool:
    """One look is enough only when a trusted vantage sees what is believed already, or sees a new target answer."""
    if vote.vantage in suspects or vote.up is None:
        return True
    return believed is State.DOWN if vote.up else believed is not State.DOWN


def decide(believed: State, votes: Sequence[Vote], suspects: Collection[str]) -> Verdict:
    """The verdict of one round over the votes of trusted vantages, by strict majority."""
    able = [vote for vote in votes if vote.up is not None]
    if not able:
        return _verdict(State.UNKNOWN, votes, votes[0].at_ms, votes[0].reason)
    trusted = [vote for vote in able if vote.vantage not in suspects]
    ups = [vote for vote in trusted if vote.up]
    downs = [vote for vote in trusted if not vote.up]
    if len(downs) > len(ups) and (len(downs) >= CONFIRMING_VOTES or believed is State.DOWN):
        return _verdict(State.DOWN, votes, downs[0].at_ms, downs[0].reason)
    if len(ups) > len(downs) and (len(ups) >= CONFIRMING_VOTES or believed is not State.DOWN):
        return _verdict(State.UP, votes, ups[0].at_ms)
    if trusted and len(ups) == len(downs):
        return _verdict(believed, votes, votes[0].at_ms, "vantages disagree")
    return _verdict(State.UNKNOWN, votes, votes[0].at_ms, "no second vantage that is trusted")


def _verdict(state: State, votes: Sequence[Vote], at_ms: int, reason: str = "") -> Verdict:
    return Verdict(state, at_ms, max(vote.at_ms for vote in votes), tuple(votes), reason)
