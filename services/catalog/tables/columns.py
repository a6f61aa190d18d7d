"""How values of the domain lie in a column."""

from dataclasses import asdict
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Dialect, Enum, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import TypeDecorator

from services.catalog.domain.category import Definition, ForbiddenFunction, RequiredBlock
from services.catalog.domain.screening.finding import Finding, as_json, finding_of
from shared.contracts.catalog import Plan


def named(kind: type[StrEnum]) -> Enum:
    return Enum(kind, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members])


class Plans(TypeDecorator[tuple[Plan, ...]]):
    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: tuple[Plan, ...] | None, dialect: Dialect) -> Any:
        return [plan.model_dump(mode="json") for plan in value or ()]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Plan, ...]:
        return tuple(Plan.model_validate(plan) for plan in value or ())


class Findings(TypeDecorator[tuple[Finding, ...]]):
    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: tuple[Finding, ...] | None, dialect: Dialect) -> Any:
        return [as_json(finding) for finding in value or ()]

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Finding, ...]:
        return tuple(finding_of(finding) for finding in value or ())


class Numbers(TypeDecorator[tuple[int, ...]]):
    impl = ARRAY(Integer)
    cache_ok = True

    def process_bind_param(self, value: tuple[int, ...] | None, dialect: Dialect) -> Any:
        return list(value or ())

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[int, ...]:
        return tuple(value or ())


class Texts(TypeDecorator[tuple[str, ...]]):
    impl = ARRAY(Text)
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> Any:
        return list(value or ())

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...]:
        return tuple(value or ())


class Ids(TypeDecorator[tuple[UUID, ...]]):
    impl = ARRAY(Uuid)
    cache_ok = True

    def process_bind_param(self, value: tuple[UUID, ...] | None, dialect: Dialect) -> Any:
        return list(value or ())

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[UUID, ...]:
        return tuple(value or ())


class DefinitionColumn(TypeDecorator[Definition]):
    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: Definition | None, dialect: Dialect) -> Any:
        return asdict(value) if value is not None else None

    def process_result_value(self, value: Any, dialect: Dialect) -> Definition:
        rows = {"required_blocks": RequiredBlock, "forbidden_functions": ForbiddenFunction}
        read = {name: tuple(_row(rows[name], row) for row in value[name]) for name in rows}
        lists = {name: tuple(value[name]) for name in ("allowed_periods", "keywords")}
        return Definition(**{**value, **lists, **read})


def _row(kind: type[Any], row: dict[str, Any]) -> Any:
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in row.items()})


def rows_of(kind: type[Any]) -> type[TypeDecorator[Any]]:
    """A column that keeps a tuple of flat dataclasses of this kind as JSON."""

    class Rows(TypeDecorator[tuple[Any, ...]]):
        impl = JSONB
        cache_ok = True

        def process_bind_param(self, value: tuple[Any, ...] | None, dialect: Dialect) -> Any:
            return [asdict(item) for item in value or ()]

        def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Any, ...]:
            return tuple(_row(kind, row) for row in value or ())

    return Rows
