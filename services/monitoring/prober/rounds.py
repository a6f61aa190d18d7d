"""One round about one target: a vantage looks; if that contradicts what is believed, the others look too."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.monitoring.domain.judging import Verdict, Vote, decide, needs_confirmation
from services.monitoring.domain.timeline import State
from services.monitoring.leases import Leased
from services.monitoring.prober.look import Evidence, Look
from services.monitoring.prober.vantage import Vantage


@dataclass(frozen=True, slots=True)
class Judged:
    target: Leased
    verdict: Verdict
    evidence: tuple[tuple[int, Evidence], ...]


class Rounds:
    """`beliefs` are the states that targets are thought to be in; the database has the last word on each."""

    def __init__(self, vantages: Sequence[Vantage], confirm_after_ms: int) -> None:
        self.beliefs: dict[UUID, State] = {}
        self.targets: Mapping[UUID, Leased] = {}
        self._vantages = vantages
        self._confirm_after = confirm_after_ms / 1000

    def believed(self, listing_id: UUID) -> State:
        return self.beliefs.get(listing_id, State.UNKNOWN)

    def follow(self, targets: Mapping[UUID, Leased]) -> None:
        for listing_id in self.targets.keys() - targets.keys():
            self.beliefs.pop(listing_id, None)
            for vantage in self._vantages:
                vantage.record.forget(listing_id)
        for listing_id in targets.keys() - self.targets.keys():
            self.beliefs[listing_id] = targets[listing_id].state
        self.targets = targets

    async def judge(self, target: Leased, turn: int) -> Judged:
        """Vantages take turns at looking first, so that each one sees every target."""
        first, *others = self._in_turn(turn)
        believed = self.believed(target.listing_id)
        looks = [await first.look(target, believed)]
        suspects: set[str] = set()
        if first.record.is_suspect(looks[0].vote.at_ms):
            suspects.add(first.name)
        if needs_confirmation(believed, looks[0].vote, suspects):
            await asyncio.sleep(self._confirm_after)
            looks += await asyncio.gather(*(vantage.look(target, believed) for vantage in others))
            suspects |= await self._suspects(looks)
        verdict = decide(believed, [found.vote for found in looks], suspects)
        if verdict.state is State.DOWN:
            for vantage in self._vantages:
                vantage.record.forget(target.listing_id)
        return Judged(target, verdict, tuple(_kept(looks)))

    async def _suspects(self, looks: Sequence[Look]) -> set[str]:
        """Every vantage that failed must show that the fault is not its own, by other targets since then."""
        failed: dict[str, Vote] = {found.vote.vantage: found.vote for found in looks if found.vote.up is False}
        accused = [vantage for vantage in self._vantages if vantage.name in failed]
        answers = await asyncio.gather(
            *(vantage.is_suspect(failed[vantage.name].at_ms, self.targets, self.believed) for vantage in accused)
        )
        return {vantage.name for vantage, suspect in zip(accused, answers, strict=True) if suspect}

    def _in_turn(self, turn: int) -> Sequence[Vantage]:
        begin = turn % len(self._vantages)
        return [*self._vantages[begin:], *self._vantages[:begin]]


def _kept(looks: Sequence[Look]) -> list[tuple[int, Evidence]]:
    return [(found.vote.at_ms, found.evidence) for found in looks if found.evidence is not None]
