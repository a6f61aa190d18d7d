"""The shape of a rulebook file: every row has its fields and its source, and the rows agree with each other."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from services.enforcement.domain import conditions
from services.enforcement.domain.durations import parse_duration
from services.enforcement.domain.facts import FACT_TYPES, Detector
from services.enforcement.domain.rulebook import Ending, Scope, Spread
from shared.contracts.effects import Effect

_SOURCE = re.compile(r"\d+(\.\d+)*(\(\d+\))?|https://\S+|design-choice")
_CLAUSE = r"^\d+(\.\d+)*(\(\d+\))?$"


def _is_source(text: str) -> str:
    if not _SOURCE.fullmatch(text):
        raise ValueError("a source is a clause such as 6.3.2(4), an https URL, or design-choice")
    return text


def _lasts(span: timedelta) -> timedelta:
    if not span:
        raise ValueError("a period lasts longer than nothing")
    return span


Source = Annotated[str, AfterValidator(_is_source)]
Clause = Annotated[str, Field(pattern=_CLAUSE)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$", max_length=60)]
Line = Annotated[str, Field(min_length=1, max_length=300)]
Duration = Annotated[timedelta, BeforeValidator(parse_duration)]


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(Row):
    source: Source


class TitleRow(Row):
    zh: Line
    en: Line


class WindowRow(Sourced):
    span: Duration


class InstantRow(Sourced):
    at: AwareDatetime


class MeasureRow(Sourced):
    id: Slug
    clause: Clause
    title: TitleRow
    scope: Scope
    blocks: dict[Effect, Source]
    leaves: dict[Effect, Source] = {}
    ends: dict[Ending, Source] = Field(min_length=1)
    spread: dict[Spread, Source] = Field(min_length=1, max_length=1)
    second_officer: Source | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.scope is Scope.ACCOUNTS and Spread.GROUP not in self.spread:
            raise ValueError("a measure that hits all accounts spreads over the group")
        if (self.scope is Scope.AS_ORDERED) == bool(self.blocks):
            raise ValueError("a measure blocks at least one effect, and one as_ordered names none")
        if Ending.APPEAL not in self.ends:
            raise ValueError("every measure ends by an overturned appeal; `ends` must say so")
        if both := set(self.blocks) & set(self.leaves):
            raise ValueError(f"both blocks and leaves name {', '.join(sorted(both))}")
        return self


class SanctionRow(Row):
    measure: Slug
    period: Annotated[Duration, AfterValidator(_lasts)] | None = None
    spread: Spread | None = None


class StepRow(Sourced):
    after: int = Field(ge=0, le=1000)
    sanctions: list[SanctionRow] = Field(min_length=1)


class ActRow(Sourced):
    id: Slug
    clause: Clause
    title: TitleRow
    subject: Literal[Scope.LISTING, Scope.PROVIDER]
    detector: Detector
    condition: dict[str, Any] | None = None
    asks: list[str] = []
    ladder: list[StepRow] = Field(min_length=1)
    covers: dict[Clause, Source] = {}

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        types = FACT_TYPES[self.detector]
        if (self.condition is None) is bool(types):
            raise ValueError(f"detector {self.detector.value} {'needs a' if types else 'takes no'} condition")
        if self.condition is not None:
            conditions.parse(self.condition, types)
        if self.covers and self.detector is not Detector.REPORT:
            raise ValueError("only an act that is reported covers further clauses")
        if unknown := set(self.asks) - set(types):
            raise ValueError(f"asks for unknown facts: {', '.join(sorted(unknown))}")
        steps = [step.after for step in self.ladder]
        if steps[0] != 0 or steps != sorted(set(steps)):
            raise ValueError("the ladder starts with `after: 0` and rises")
        return self


class InterimRow(Sourced):
    clause: Clause
    measures: dict[Slug, Source] = Field(min_length=1)
    longest: Annotated[Duration, AfterValidator(_lasts)]


class ExpulsionRow(Sourced):
    sanctions: list[SanctionRow] = Field(min_length=1)
    also: dict[Slug, Source] = {}
    interim: InterimRow


class ChoiceRow(Sourced):
    id: Slug
    decides: Line


class RulebookRows(Row):
    id: Slug
    version: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}(\.\d+)?$")]
    title: TitleRow
    announced: InstantRow
    in_force: InstantRow
    appeal_window: WindowRow
    repeats_within: WindowRow
    measures: list[MeasureRow] = Field(min_length=1)
    acts: list[ActRow] = Field(min_length=1)
    expulsion: ExpulsionRow | None = None
    choices: list[ChoiceRow] = []

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.announced.at > self.in_force.at:
            raise ValueError("in_force lies before announced")
        for rows in (self.measures, self.acts, self.choices):
            ids = [row.id for row in rows]
            if twice := {name for name in ids if ids.count(name) > 1}:
                raise ValueError(f"the same id stands twice: {', '.join(sorted(twice))}")
        measures = {measure.id: measure for measure in self.measures}
        for act in self.acts:
            for step in act.ladder:
                for sanction in step.sanctions:
                    _check_sanction(f"act {act.id}", act.subject, sanction, measures)
        clauses = [clause for act in self.acts for clause in act.covers]
        if twice := {clause for clause in clauses if clauses.count(clause) > 1}:
            raise ValueError(f"two acts cover the same clause: {', '.join(sorted(twice))}")
        if self.expulsion:
            _check_expulsion(self.expulsion, measures)
        return self


def _check_sanction(who: str, subject: Scope, sanction: SanctionRow, measures: Mapping[str, MeasureRow]) -> None:
    measure = measures.get(sanction.measure)
    if measure is None:
        raise ValueError(f"{who}: there is no measure {sanction.measure}")
    if measure.scope is Scope.AS_ORDERED:
        raise ValueError(f"{who}: {measure.id} is ordered case by case and stands on no ladder")
    spread = sanction.spread or next(iter(measure.spread))
    needs_a_listing = measure.scope is Scope.PROVIDER_CATEGORY or (
        measure.scope is Scope.LISTING and spread is Spread.NONE
    )
    if subject is Scope.PROVIDER and needs_a_listing:
        raise ValueError(f"{who} is the provider's, but {measure.id} hits a {measure.scope.value}")
    if sanction.period is not None and Ending.PERIOD not in measure.ends:
        raise ValueError(f"{who}: {measure.id} does not end by a period")
    if sanction.period is None and set(measure.ends) == {Ending.PERIOD, Ending.APPEAL}:
        raise ValueError(f"{who}: {measure.id} ends by a period, so it needs one")


def _check_expulsion(row: ExpulsionRow, measures: Mapping[str, MeasureRow]) -> None:
    for sanction in [*row.sanctions, *(SanctionRow(measure=name) for name in row.also)]:
        _check_sanction("expulsion", Scope.PROVIDER, sanction, measures)
    if not any(measures[sanction.measure].second_officer for sanction in row.sanctions):
        raise ValueError("expulsion: a second officer must approve it; its measure must say so")
    for name in row.interim.measures:
        if name not in measures or measures[name].scope not in (Scope.LISTING, Scope.PROVIDER):
            raise ValueError(f"expulsion.interim: {name} is no measure on listings or on a provider")
