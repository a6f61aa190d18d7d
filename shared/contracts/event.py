"""The base of every fact: a frozen, tolerant message with a literal wire name and a key."""

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True, slots=True)
class Wire:
    """How a fact travels.

    `aggregate` names what the fact is about, `key` the field that holds its id (the Kafka key). A `full_state` fact
    carries the whole current state of its aggregate, so a later one supersedes an earlier one. A `public` fact may
    have no consumer inside the market.
    """

    name: str
    owner: str
    aggregate: str
    key: str
    full_state: bool
    public: bool


class Event(BaseModel):
    """A fact. Subclasses name their wire form in the class line, as literals, never derived from the class name."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    wire: ClassVar[Wire]

    def __init_subclass__(
        cls,
        *,
        wire: str = "",
        aggregate: str = "",
        key: str = "",
        full_state: bool = False,
        public: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init_subclass__(**kwargs)
        if wire:
            owner = cls.__module__.rsplit(".", 1)[-1]
            cls.wire = Wire(wire, owner, aggregate, key, full_state, public)

    @property
    def key(self) -> str:
        return str(getattr(self, self.wire.key))
