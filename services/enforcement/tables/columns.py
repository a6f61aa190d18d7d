"""How values of the domain are kept in a column."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Enum, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from shared.contracts.effects import Target


def named(kind: type[StrEnum]) -> Enum:
    return Enum(kind, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members])


class SetOf(TypeDecorator[Any]):
    """A set of named values as a sorted array of texts."""

    impl = ARRAY(Text)
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else sorted(str(member) for member in value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else frozenset(self.kind(member) for member in value)


class TargetColumn(TypeDecorator[Any]):
    """A target as JSON; `target_key` beside it is what is searched by."""

    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else value.model_dump(mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else Target.model_validate(value)
