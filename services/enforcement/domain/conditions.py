"""The condition of an act: a small typed tree that answers match, no match or insufficient data, with a trace."""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from services.enforcement.domain.durations import format_duration, parse_duration
from services.enforcement.domain.facts import Facts, FactType, Value


class ConditionError(ValueError):
    """The tree cannot be read; the message names the place."""


class Verdict(StrEnum):
    MATCH = "match"
    NO_MATCH = "no-match"
    INSUFFICIENT = "insufficient-data"


class Kind(StrEnum):
    ALL = "all"
    ANY = "any"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Group:
    kind: Kind
    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    fact: str
    operator: str
    operand: Value | tuple[Value, ...]


Condition = Group | Comparison


@dataclass(frozen=True, slots=True)
class Finding:
    """One node of the trace. `missing` are the facts whose absence keeps the verdict open."""

    says: str
    verdict: Verdict
    value: Value | None = None
    missing: frozenset[str] = frozenset()
    of: tuple["Finding", ...] = ()

    def as_document(self) -> dict[str, Any]:
        document: dict[str, Any] = {"says": self.says, "verdict": self.verdict.value}
        if self.of:
            document["of"] = [finding.as_document() for finding in self.of]
        else:
            document["value"] = _readable(self.value)
        return document


_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "at_least": operator.ge,
    "above": operator.gt,
    "at_most": operator.le,
    "below": operator.lt,
}
_COMPARES: Mapping[str, Callable[[Any, Any], bool]] = {
    "equals": operator.eq,
    "one_of": lambda value, allowed: value in allowed,
    **_ORDERED,
}
_MAX_DEPTH = 20
_AN_INSTANT = timedelta(microseconds=1)


def parse(tree: object, types: Mapping[str, FactType], path: str = "condition", depth: int = 0) -> Condition:
    """Reads the tree of a rulebook file. Every fact must be one that the act's detector knows."""
    if depth > _MAX_DEPTH:
        raise ConditionError(f"{path}: nested deeper than {_MAX_DEPTH}")
    if not isinstance(tree, Mapping):
        raise ConditionError(f"{path}: expected a mapping with all, any, not or fact")
    if "fact" in tree:
        return _parse_comparison(tree, types, path)
    if len(tree) != 1 or next(iter(tree)) not in list(Kind):
        raise ConditionError(f"{path}: expected exactly one of all, any, not, or a fact with one comparison")
    kind = Kind(next(iter(tree)))
    below = [tree[kind]] if kind is Kind.NOT else tree[kind]
    if not isinstance(below, list) or not below:
        raise ConditionError(f"{path}.{kind}: expected a list of at least one condition")
    return Group(kind, tuple(parse(node, types, f"{path}.{kind}[{n}]", depth + 1) for n, node in enumerate(below)))


def _parse_comparison(tree: Mapping[Any, Any], types: Mapping[str, FactType], path: str) -> Comparison:
    fact = tree["fact"]
    if not isinstance(fact, str) or fact not in types:
        raise ConditionError(f"{path}: unknown fact {fact!r}; this detector knows {', '.join(sorted(types)) or 'none'}")
    names = [name for name in tree if name != "fact"]
    if len(names) != 1 or names[0] not in _COMPARES:
        raise ConditionError(f"{path}: a fact takes exactly one of {', '.join(_COMPARES)}")
    name, operand = names[0], tree[names[0]]
    if name in _ORDERED and types[fact] is FactType.TEXT:
        raise ConditionError(f"{path}: {fact} is a text and cannot be compared with {name}")
    if name != "one_of":
        return Comparison(fact, name, _typed(operand, types[fact], path))
    if not isinstance(operand, list) or not operand:
        raise ConditionError(f"{path}: one_of takes a list of at least one value")
    return Comparison(fact, name, tuple(_typed(item, types[fact], path) for item in operand))


def _typed(operand: object, kind: FactType, path: str) -> Value:
    text = str(operand) if isinstance(operand, str | int) else ""
    try:
        if kind is FactType.DURATION:
            return parse_duration(text)
        if kind is FactType.NUMBER:
            return int(text)
    except ValueError:
        raise ConditionError(f"{path}: {operand!r} is not a {kind.value}") from None
    if not text:
        raise ConditionError(f"{path}: expected a text")
    return text


def evaluate(condition: Condition, facts: Facts) -> Finding:
    """Three-valued: a fact that is not known decides nothing, unless the known ones already do."""
    if isinstance(condition, Comparison):
        return _compare(condition, facts)
    below = tuple(evaluate(node, facts) for node in condition.of)
    verdicts = {finding.verdict for finding in below}
    if condition.kind is Kind.NOT:
        verdict = _OPPOSITE[below[0].verdict]
    else:
        decisive, other = (
            (Verdict.NO_MATCH, Verdict.MATCH) if condition.kind is Kind.ALL else (Verdict.MATCH, Verdict.NO_MATCH)
        )
        verdict = next((v for v in (decisive, Verdict.INSUFFICIENT) if v in verdicts), other)
    missing = frozenset[str]().union(*(finding.missing for finding in below))
    return Finding(
        condition.kind.value, verdict, None, missing if verdict is Verdict.INSUFFICIENT else frozenset(), below
    )


_OPPOSITE = {
    Verdict.MATCH: Verdict.NO_MATCH,
    Verdict.NO_MATCH: Verdict.MATCH,
    Verdict.INSUFFICIENT: Verdict.INSUFFICIENT,
}


def _compare(node: Comparison, facts: Facts) -> Finding:
    says = f"{node.fact} {node.operator} {_readable(node.operand)}"
    value = facts.get(node.fact)
    if value is None:
        return Finding(says, Verdict.INSUFFICIENT, None, frozenset({node.fact}))
    holds = _COMPARES[node.operator](value, node.operand)
    return Finding(says, Verdict.MATCH if holds else Verdict.NO_MATCH, value)


def crossings(condition: Condition, fact: str) -> Iterator[timedelta]:
    """The spans after which the growing duration `fact` may change the verdict: when to look again."""
    if isinstance(condition, Group):
        for node in condition.of:
            yield from crossings(node, fact)
    elif condition.fact == fact and isinstance(condition.operand, timedelta):
        yield condition.operand if condition.operator in ("at_least", "below") else condition.operand + _AN_INSTANT


def _readable(value: Value | tuple[Value, ...] | None) -> str | int | None:
    if isinstance(value, tuple):
        return ", ".join(str(_readable(item)) for item in value)
    return format_duration(value) if isinstance(value, timedelta) else value
