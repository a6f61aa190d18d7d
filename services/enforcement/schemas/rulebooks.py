"""The rulebook as people read it."""

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from services.enforcement.domain.durations import format_duration
from services.enforcement.domain.facts import Detector
from services.enforcement.domain.rulebook import (
    Act,
    Ending,
    Expulsion,
    Measure,
    Rulebook,
    Sanction,
    Scope,
    Spread,
    Step,
    Title,
)
from shared.contracts.effects import Effect


class TitleResponse(BaseModel):
    zh: str
    en: str

    @classmethod
    def of(cls, title: Title) -> Self:
        return cls(zh=title.zh, en=title.en)


class MeasureResponse(BaseModel):
    """What a measure blocks and expressly leaves, and what ends it, each with its source."""

    measure: str
    clause: str
    title: TitleResponse
    scope: Scope
    blocks: dict[Effect, str]
    leaves: dict[Effect, str]
    ends: dict[Ending, str]
    spread: dict[Spread, str] = Field(description="Whether it hits all accounts of the same provider (6.5.11).")
    second_officer: str = Field(description="The source that asks for a second officer's approval; empty: none does.")
    source: str

    @classmethod
    def of(cls, measure: Measure) -> Self:
        return cls(
            measure=measure.id,
            clause=measure.clause,
            title=TitleResponse.of(measure.title),
            scope=measure.scope,
            blocks=dict(measure.blocks),
            leaves=dict(measure.leaves),
            ends=dict(measure.ends),
            spread={measure.spread: measure.spread_source},
            second_officer=measure.second_officer,
            source=measure.source,
        )


class SanctionResponse(BaseModel):
    measure: str
    period: str | None = Field(description="Such as 30d; null: until something else ends it.")
    spread: Spread | None = Field(description="What the act says instead of the measure's own; null: nothing.")

    @classmethod
    def of(cls, sanction: Sanction) -> Self:
        period = None if sanction.period is None else format_duration(sanction.period)
        return cls(measure=sanction.measure, period=period, spread=sanction.spread)


class StepResponse(BaseModel):
    """What answers an act after so many earlier violations of the same kind."""

    after: int
    sanctions: list[SanctionResponse]
    source: str

    @classmethod
    def of(cls, step: Step) -> Self:
        return cls(
            after=step.after,
            sanctions=[SanctionResponse.of(sanction) for sanction in step.sanctions],
            source=step.source,
        )


class ActResponse(BaseModel):
    act: str
    clause: str
    title: TitleResponse
    subject: Scope
    detector: Detector
    condition: dict[str, Any] | None
    asks: list[str] = Field(description="The facts that only an officer can record.")
    ladder: list[StepResponse]
    covers: dict[str, str] = Field(description="Further clauses whose breach is this act, each with its source.")
    source: str

    @classmethod
    def of(cls, act: Act, row: dict[str, Any]) -> Self:
        return cls(
            act=act.id,
            clause=act.clause,
            title=TitleResponse.of(act.title),
            subject=act.subject,
            detector=act.detector,
            condition=row.get("condition"),
            asks=sorted(act.asks),
            ladder=[StepResponse.of(step) for step in act.ladder],
            covers=dict(act.covers),
            source=act.source,
        )


class InterimRuleResponse(BaseModel):
    """What may be ordered while an expulsion is examined, each measure with its source."""

    clause: str
    measures: dict[str, str]
    longest: str
    source: str


class ExpulsionResponse(BaseModel):
    """How a provider is expelled. `also` are measures that may be taken with it."""

    sanctions: list[SanctionResponse]
    also: dict[str, str]
    interim: InterimRuleResponse
    source: str

    @classmethod
    def of(cls, expulsion: Expulsion) -> Self:
        interim = expulsion.interim
        return cls(
            sanctions=[SanctionResponse.of(sanction) for sanction in expulsion.sanctions],
            also=dict(expulsion.also),
            interim=InterimRuleResponse(
                clause=interim.clause,
                measures=dict(interim.measures),
                longest=format_duration(interim.longest),
                source=interim.source,
            ),
            source=expulsion.source,
        )


class ChoiceResponse(BaseModel):
    choice: str
    decides: str
    source: str


class RulebookResponse(BaseModel):
    rulebook: str
    version: str
    title: TitleResponse
    announced_at: datetime
    in_force_at: datetime
    content_hash: str
    appeal_window: str
    repeats_within: str
    measures: list[MeasureResponse]
    acts: list[ActResponse]
    expulsion: ExpulsionResponse | None
    choices: list[ChoiceResponse]

    @classmethod
    def of(cls, book: Rulebook) -> Self:
        rows = {row["id"]: row for row in book.document["acts"]}
        return cls(
            rulebook=book.id,
            version=book.version,
            title=TitleResponse.of(book.title),
            announced_at=book.announced_at,
            in_force_at=book.in_force_at,
            content_hash=book.content_hash,
            appeal_window=format_duration(book.appeal_window),
            repeats_within=format_duration(book.repeats_within),
            measures=[MeasureResponse.of(measure) for measure in book.measures.values()],
            acts=[ActResponse.of(act, rows[act.id]) for act in book.acts.values()],
            expulsion=None if book.expulsion is None else ExpulsionResponse.of(book.expulsion),
            choices=[ChoiceResponse(choice=c.id, decides=c.decides, source=c.source) for c in book.choices],
        )


class RulebooksResponse(BaseModel):
    """Every published version, the oldest first."""

    items: list[RulebookResponse]


class MeasuresResponse(BaseModel):
    """The measures of the rulebook in force."""

    rulebook: str
    version: str
    items: list[MeasureResponse]
