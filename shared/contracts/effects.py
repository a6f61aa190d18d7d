"""What can be blocked, by what, and until when: the vocabulary that every service obeys (regulation 6.5)."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer


class Effect(StrEnum):
    LIST = "list"
    ORDER = "order"
    RENEW = "renew"
    USE = "use"
    CALL_API = "call_api"
    PUBLISH = "publish"
    SETTLE = "settle"
    ACCOUNT = "account"


def _sorted(effects: frozenset[Effect]) -> list[Effect]:
    return sorted(effects)


Effects = Annotated[frozenset[Effect], PlainSerializer(_sorted, when_used="json")]
"""A set of effects; as JSON in one order, so that the same state always reads the same."""


class Target(BaseModel):
    """Whom a restriction hits: one listing, one provider, or one provider within one category."""

    model_config = ConfigDict(frozen=True)
    kind: Literal["listing", "provider", "provider_category"]
    id: UUID
    category: str = ""

    @property
    def key(self) -> str:
        return target_key(self.kind, self.id, self.category)


def target_key(kind: str, target_id: UUID | str, category: str = "") -> str:
    return f"{kind}:{target_id}:{category}" if category else f"{kind}:{target_id}"


class Cause(BaseModel):
    """One penalty's hold on a target: blocked while `from_ <= now < until` (`until` None: no end is set).

    `clause` is the violated one (such as 6.3.2(4)), `measure_clause` that of the measure (such as 6.5.4).
    """

    model_config = ConfigDict(frozen=True, extra="ignore", validate_by_name=True, serialize_by_alias=True)
    penalty_id: UUID
    decision_id: UUID
    measure: str
    clause: str
    measure_clause: str = ""
    effects: Effects
    from_: datetime = Field(alias="from")
    until: datetime | None = None

    def blocks(self, effect: Effect, at: datetime) -> bool:
        return effect in self.effects and self.from_ <= at and (self.until is None or at < self.until)


def blocking(causes: Iterable[Cause], effect: Effect, at: datetime) -> list[Cause]:
    """The causes that block `effect` at the instant `at`, earliest first; empty means that it is free."""
    return sorted((c for c in causes if c.blocks(effect, at)), key=lambda c: (c.from_, c.penalty_id))
