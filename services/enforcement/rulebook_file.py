"""Reads a rulebook from YAML and refuses what is wrong with it in a sentence that names the row."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from services.enforcement import rulebook_rows as rows
from services.enforcement.domain import conditions, rulebook
from services.enforcement.domain.facts import FACT_TYPES
from services.enforcement.domain.rulebook import RulebookError

FOLDER = Path(__file__).parent / "rulebooks"
MAX_BYTES = 512 * 1024


class _Loader(yaml.BaseLoader):
    """Scalars stay texts, so that clause 6.10 never becomes the number 6.1. No aliases, no key twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise RulebookError("aliases are not allowed")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value):
            raise RulebookError(f"line {node.start_mark.line + 1}: the same key stands twice")
        return mapping


def load(path: Path) -> rulebook.Rulebook:
    """The rulebook in a file, or a RulebookError."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise RulebookError(f"{path.name}: {size} bytes; a rulebook has at most {MAX_BYTES}")
    try:
        return build(parse(path.read_bytes()))
    except RulebookError as error:
        raise RulebookError(f"{path.name}: {error}") from None


def parse(content: bytes) -> dict[str, Any]:
    """YAML as plain texts, lists and mappings."""
    if len(content) > MAX_BYTES:
        raise RulebookError(f"{len(content)} bytes; a rulebook has at most {MAX_BYTES}")
    try:
        document = yaml.load(content.decode(), Loader=_Loader)
    except RecursionError:
        raise RulebookError("nested too deep") from None
    except (yaml.YAMLError, UnicodeDecodeError, TypeError) as error:
        raise RulebookError(f"not readable as YAML: {' '.join(str(error).split())}") from None
    if not isinstance(document, dict):
        raise RulebookError("a rulebook is a mapping")
    return document


def build(document: Mapping[str, Any]) -> rulebook.Rulebook:
    """The rulebook that the data of a file, or of a published row, describes."""
    try:
        file = rows.RulebookRows.model_validate(document)
    except ValidationError as error:
        raise RulebookError("; ".join(_sentence(item, document) for item in error.errors())) from None
    except RecursionError:
        raise RulebookError("nested too deep") from None
    return rulebook.Rulebook(
        id=file.id,
        version=file.version,
        title=_title(file.title),
        announced_at=file.announced.at,
        in_force_at=file.in_force.at,
        appeal_window=file.appeal_window.span,
        repeats_within=file.repeats_within.span,
        measures={row.id: _measure(row) for row in file.measures},
        acts={row.id: _act(row) for row in file.acts},
        choices=tuple(rulebook.Choice(row.id, row.decides, row.source) for row in file.choices),
        content_hash=content_hash(document),
        document=document,
        expulsion=None if file.expulsion is None else _expulsion(file.expulsion),
    )


def content_hash(document: Mapping[str, Any]) -> str:
    """Over the data, not the bytes: a comment may be mended in a published rulebook, a value may not."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _sentence(error: Any, document: Mapping[str, Any]) -> str:
    """`acts[defect-outage].ladder[0].source: Field required`: rows that have an id are called by it."""
    here: Any = document
    path = ""
    for part in (part for part in error["loc"] if part != "[key]"):
        step = here[part] if _leads_on(here, part) else None
        name = step["id"] if isinstance(step, dict) and isinstance(step.get("id"), str) else part
        path += f"[{name}]" if isinstance(part, int) else f".{part}"
        here = step
    return f"{path.lstrip('.') or 'rulebook'}: {error['msg'].removeprefix('Value error, ')}"


def _leads_on(here: Any, part: Any) -> bool:
    return (isinstance(here, dict) and part in here) or (isinstance(here, list) and isinstance(part, int))


def _title(row: rows.TitleRow) -> rulebook.Title:
    return rulebook.Title(row.zh, row.en)


def _measure(row: rows.MeasureRow) -> rulebook.Measure:
    ((spread, spread_source),) = row.spread.items()
    return rulebook.Measure(
        id=row.id,
        clause=row.clause,
        title=_title(row.title),
        scope=row.scope,
        blocks=row.blocks,
        leaves=row.leaves,
        ends=row.ends,
        source=row.source,
        spread=spread,
        spread_source=spread_source,
        second_officer=row.second_officer or "",
    )


def _act(row: rows.ActRow) -> rulebook.Act:
    return rulebook.Act(
        id=row.id,
        clause=row.clause,
        title=_title(row.title),
        subject=row.subject,
        detector=row.detector,
        condition=None if row.condition is None else conditions.parse(row.condition, FACT_TYPES[row.detector]),
        asks=frozenset(row.asks),
        ladder=tuple(_step(step) for step in row.ladder),
        source=row.source,
        covers=row.covers,
    )


def _step(row: rows.StepRow) -> rulebook.Step:
    return rulebook.Step(row.after, _sanctions(row.sanctions), row.source)


def _sanctions(given: Iterable[rows.SanctionRow]) -> tuple[rulebook.Sanction, ...]:
    return tuple(rulebook.Sanction(row.measure, row.period, row.spread) for row in given)


def _expulsion(row: rows.ExpulsionRow) -> rulebook.Expulsion:
    interim = rulebook.Interim(row.interim.clause, row.interim.measures, row.interim.longest, row.interim.source)
    return rulebook.Expulsion(_sanctions(row.sanctions), row.also, interim, row.source)


def folder(path: Path = FOLDER) -> list[rulebook.Rulebook]:
    """Every rulebook of the folder, in the order of their coming into force."""
    return sorted((load(file) for file in path.glob("*.yaml")), key=_in_force)


def _in_force(book: rulebook.Rulebook) -> datetime:
    return book.in_force_at
