"""What the checker finds, decided from what was observed. Pure: the same for a whole market and for a planted bug."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

Aggregate = tuple[str, str, str]
"""(who said it, aggregate type, aggregate id)."""


@dataclass(frozen=True, slots=True)
class Applied:
    """One fact as a consumer applied it; the list of these is in the order of applying."""

    event_id: str
    aggregate: Aggregate
    sequence: int


class Outcome(StrEnum):
    """What a client learned of its command. `unknown`: no answer came, so it may or may not have happened."""

    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Command:
    kind: str
    id: str
    outcome: Outcome
    detail: str = ""


@dataclass(slots=True)
class Verdict:
    """Lists of sentences, each naming what is wrong. All empty: nothing was lost, repeated, reordered or left over."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    reordered: list[str] = field(default_factory=list)
    disagreeing: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    @property
    def passes(self) -> bool:
        return not (self.lost or self.duplicated or self.reordered or self.disagreeing or self.waiting)


def judge_applied(verdict: Verdict, said: Mapping[Aggregate, int], applied: Iterable[Applied]) -> None:
    """Each aggregate's facts 1..n, as its owner counted them, were applied once each and in that order."""
    order: dict[Aggregate, list[int]] = defaultdict(list)
    ids: Counter[str] = Counter()
    for fact in applied:
        ids[fact.event_id] += 1
        order[fact.aggregate].append(fact.sequence)
    verdict.duplicated += [f"fact {event_id} was applied {times} times" for event_id, times in ids.items() if times > 1]
    for aggregate, last in said.items():
        got = order.pop(aggregate, [])
        missing = sorted(set(range(1, last + 1)) - set(got))
        if missing:
            verdict.lost.append(f"{aggregate}: {missing[:5]} of {last} never arrived")
        for sequence, times in Counter(got).items():
            if times > 1:
                verdict.duplicated.append(f"{aggregate}: {sequence} came {times} times")
        inverted = [(a, b) for a, b in pairwise(got) if b < a]
        if inverted:
            verdict.reordered.append(f"{aggregate}: {inverted[:5]}")
        if any(sequence > last for sequence in got):
            verdict.duplicated.append(f"{aggregate}: more was applied than the {last} facts that were said")
    verdict.duplicated += [f"{aggregate}: applied and never said" for aggregate in order]


def judge_commands(verdict: Verdict, commands: Iterable[Command], effects: Mapping[str, Mapping[str, int]]) -> None:
    """An acknowledged command had exactly one effect in each place, a refused one none, an unknown one none or one.

    `effects` counts by place and command id. An unknown command must have come out the same everywhere.
    """
    for command in commands:
        counts = {place: found.get(command.id, 0) for place, found in effects.items() if _concerns(place, command)}
        name = f"{command.kind} {command.id}"
        for place, count in counts.items():
            if count > 1:
                verdict.duplicated.append(f"{name} had {count} effects in {place}")
            if command.outcome is Outcome.OK and count == 0:
                verdict.lost.append(f"{name} was acknowledged and had no effect in {place}")
            if command.outcome is Outcome.FAIL and count:
                verdict.disagreeing.append(f"{name} was refused and had an effect in {place}")
        if command.outcome is Outcome.UNKNOWN and len({bool(count) for count in counts.values()}) > 1:
            verdict.disagreeing.append(f"{name} happened in one place and not in another: {counts}")


def _concerns(place: str, command: Command) -> bool:
    return place.startswith(f"{command.kind}@")


def judge_replicas(verdict: Verdict, place: str, told: Mapping[str, str], kept: Mapping[str, str]) -> None:
    """A replica holds, key by key, the newest full state that its owner told."""
    for key in told.keys() | kept.keys():
        if key not in kept:
            verdict.lost.append(f"{place} does not know {key}")
        elif key not in told:
            verdict.disagreeing.append(f"{place} knows {key}, which was never told")
        elif told[key] != kept[key]:
            verdict.disagreeing.append(f"{place} holds another state of {key} than its owner told last")
