"""The shape of a rulebook file: every row has its fields and its source, and the rows agree with each other."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from services.enforcement.domain import conditions
from services.enforcement.domain.durations import parse_duration
from services.enforcement.domain.facts import FACT_TYPES, Detector
from services.enforcement.domain.rulebook import Ending, Scope
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

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
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

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        types = FACT_TYPES[self.detector]
        if (self.condition is None) is bool(types):
            raise ValueError(f"detector {self.detector.value} {'needs a' if types else 'takes no'} condition")
        if self.condition is not None:
            conditions.parse(self.condition, types)
        if unknown := set(self.asks) - set(types):
            raise ValueError(f"asks for unknown facts: {', '.join(sorted(unknown))}")
        steps = [step.after for step in self.ladder]
        if steps[0] != 0 or steps != sorted(set(steps)):
            raise ValueError("the ladder starts with `after: 0` and rises")
        return self


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
                    _check_sanction(act, sanction, measures)
        return self


def _check_sanction(act: ActRow, sanction: SanctionRow, measures: Mapping[str, MeasureRow]) -> None:
    measure = measures.get(sanction.measure)
    if measure is None:
        raise ValueError(f"act {act.id}: there is no measure {sanction.measure}")
    if measure.scope is Scope.AS_ORDERED:
        raise ValueError(f"act {act.id}: {measure.id} is ordered case by case and stands on no ladder")
    if act.subject is Scope.PROVIDER and measure.scope in (Scope.LISTING, Scope.PROVIDER_CATEGORY):
        raise ValueError(f"act {act.id} is the provider's, but {measure.id} hits a {measure.scope.value}")
    if sanction.period is not None and Ending.PERIOD not in measure.ends:
        raise ValueError(f"act {act.id}: {measure.id} does not end by a period")
    if sanction.period is None and set(measure.ends) == {Ending.PERIOD, Ending.APPEAL}:
        raise ValueError(f"act {act.id}: {measure.id} ends by a period, so it needs one")
