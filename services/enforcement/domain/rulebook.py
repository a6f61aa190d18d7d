"""A rulebook: which acts are violations, how they come to light, and which measures answer them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from services.enforcement.domain.conditions import Condition, Finding, Verdict, crossings, evaluate
from services.enforcement.domain.errors import UnknownAct
from services.enforcement.domain.facts import Detector, Facts
from shared.contracts.effects import Effect


class RulebookError(ValueError):
    """The rulebook cannot be used; the message is one clear sentence for the person who starts the service."""


class Scope(StrEnum):
    """What a measure hits. ACCOUNTS: every linked account of the provider. AS_ORDERED: the decision says it."""

    LISTING = "listing"
    PROVIDER = "provider"
    PROVIDER_CATEGORY = "provider_category"
    ACCOUNTS = "accounts"
    AS_ORDERED = "as_ordered"


class Spread(StrEnum):
    """Whether a measure also hits the accounts that are the same provider (6.5.11), now and those found out later."""

    GROUP = "group"
    NONE = "none"


class Ending(StrEnum):
    """What ends a measure. An overturned appeal takes back every measure, so APPEAL stands in each row."""

    PERIOD = "period"
    LIFT = "lift"
    APPEAL = "appeal"
    REVIEW = "review"
    REQUALIFICATION = "requalification"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class Title:
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Measure:
    """Nothing but a set of effects that it blocks. `blocks` and `leaves` name the source of each effect.

    `second_officer` is the source that asks for a second officer's approval; empty: one officer is enough.
    """

    id: str
    clause: str
    title: Title
    scope: Scope
    blocks: Mapping[Effect, str]
    leaves: Mapping[Effect, str]
    ends: Mapping[Ending, str]
    source: str
    spread: Spread = Spread.NONE
    spread_source: str = ""
    second_officer: str = ""

    @property
    def effects(self) -> frozenset[Effect]:
        return frozenset(self.blocks)


@dataclass(frozen=True, slots=True)
class Sanction:
    """One measure of a ladder's step, for a period or until something else ends it.

    `spread` is what the act says instead of the measure's own.
    """

    measure: str
    period: timedelta | None
    spread: Spread | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What answers an act after `after` earlier violations of the same kind."""

    after: int
    sanctions: tuple[Sanction, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Act:
    """What is forbidden. `asks` are the facts that only a person can record: without them a rule just proposes.

    `covers` are further clauses whose breach is this act, such as a rule of publishing, and their sources.
    """

    id: str
    clause: str
    title: Title
    subject: Scope
    detector: Detector
    condition: Condition | None
    asks: frozenset[str]
    ladder: tuple[Step, ...]
    source: str
    covers: Mapping[str, str] = field(default_factory=dict)

    def evaluate(self, facts: Facts) -> Finding | None:
        return evaluate(self.condition, facts) if self.condition else None

    def proposes(self, finding: Finding) -> bool:
        """True when the facts fulfil the act, or only wait for what a person must record."""
        open_only_for_a_person = finding.verdict is Verdict.INSUFFICIENT and finding.missing <= self.asks
        return finding.verdict is Verdict.MATCH or open_only_for_a_person

    def looks_again_after(self) -> Iterator[timedelta]:
        return crossings(self.condition, "open_for") if self.condition else iter(())

    def step(self, earlier: int) -> Step:
        return max((step for step in self.ladder if step.after <= earlier), key=lambda step: step.after)


@dataclass(frozen=True, slots=True)
class Interim:
    """What officers may order while an expulsion is examined (7.3), and for how long at most without a second one."""

    clause: str
    measures: Mapping[str, str]
    longest: timedelta
    source: str


@dataclass(frozen=True, slots=True)
class Expulsion:
    """How a provider is expelled (2.7, 7.2). `also` are the measures that may be taken with it, and their sources."""

    sanctions: tuple[Sanction, ...]
    also: Mapping[str, str]
    interim: Interim
    source: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A line for what the law leaves open."""

    id: str
    decides: str
    source: str


@dataclass(frozen=True, slots=True)
class Rulebook:
    """One version. `document` is the text it was read from, as data; `content_hash` its SHA-256."""

    id: str
    version: str
    title: Title
    announced_at: datetime
    in_force_at: datetime
    appeal_window: timedelta
    repeats_within: timedelta
    measures: Mapping[str, Measure]
    acts: Mapping[str, Act]
    choices: tuple[Choice, ...]
    content_hash: str
    document: Mapping[str, Any]
    expulsion: Expulsion | None = None

    def act(self, act_id: str) -> Act:
        try:
            return self.acts[act_id]
        except KeyError:
            raise UnknownAct(f"{self.id} {self.version} knows no act {act_id!r}", acts=sorted(self.acts)) from None

    def act_of(self, clause: str) -> Act | None:
        """The act that a finding of this clause reports."""
        reported = self.detected_by(Detector.REPORT)
        own = next((act for act in reported if act.clause == clause), None)
        return own or next((act for act in reported if clause in act.covers), None)

    def is_grave(self, sanctions: Iterable[Sanction]) -> bool:
        """Whether a measure among them needs a second officer."""
        return any(self.measures[sanction.measure].second_officer for sanction in sanctions)

    def detected_by(self, detector: Detector) -> list[Act]:
        return [act for act in self.acts.values() if act.detector is detector]
