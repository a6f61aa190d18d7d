"""Tells the story on the terminal: each step, each request with its answer, and a table at the end."""

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from deploy.devstack.story.market import Answer

_ESSENTIAL = (
    "code", "effect", "clause", "measure", "standing", "state", "status", "lifecycle", "outcome", "usable", "until",
    "provider_id", "listing_id", "order_id", "payment_id", "outage_id", "case_id", "violation_id", "appeal_id",
    "decision_id", "merchants", "merchants_affected", "price_fen",
)  # fmt: skip
_LISTS = ("missing", "findings", "penalties", "causes", "items")
_WIDTH = 150


@dataclass(frozen=True, slots=True)
class Row:
    step: str
    result: str
    seconds: float


class Narrator:
    """A run of the same request, asked until its answer changes, is told once, with its last answer."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.step_name = ""
        self._result = ""
        self._quiet = False
        self._last: Answer | None = None
        self._times = 0

    def hear(self, answer: Answer) -> None:
        if self._quiet:
            return
        if self._last is not None and _same_request(self._last, answer):
            self._last, self._times = answer, self._times + 1
            return
        self.flush()
        self._last, self._times = answer, 1

    def flush(self) -> None:
        if self._last is not None:
            answer, times = self._last, f" (asked {self._times} times)" if self._times > 1 else ""
            asked = f"{answer.method} {answer.service}{answer.path}{times}"
            say(f"    → {asked}")
            say(f"    ← {answer.status} {_essence(answer.body)}  [{answer.seconds * 1000:.0f} ms]")
        self._last = None

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        self.step_name, self._result = name, ""
        say(f"\n{len(self.rows) + 1}. {name}")
        began = perf_counter()
        yield
        self.flush()
        self.rows.append(Row(name, self._result, perf_counter() - began))

    def tell(self, what: str) -> None:
        """Something that became true; the last one is the step's result in the table."""
        self.flush()
        self._result = what
        say(f"    ✓ {what}")

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """For crowds: what each of them asks is not printed."""
        self.flush()
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False

    def table(self) -> None:
        steps = max(_columns(row.step) for row in self.rows)
        results = max(_columns(row.result) for row in self.rows)
        line = f"{'─' * 4}┼{'─' * (steps + 2)}┼{'─' * (results + 2)}┼{'─' * 9}"
        say(f"\n  # │ {_pad('step', steps)} │ {_pad('result', results)} │    time\n{line}")
        for number, row in enumerate(self.rows, 1):
            say(f" {number:>2} │ {_pad(row.step, steps)} │ {_pad(row.result, results)} │ {row.seconds:>5.2f} s")
        together = sum(row.seconds for row in self.rows)
        say(f"{line}\n    │ {_pad('together', steps)} │ {_pad('', results)} │ {together:>5.2f} s")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _same_request(one: Answer, other: Answer) -> bool:
    return (one.service, one.method, one.path) == (other.service, other.method, other.path)


def _essence(body: Any) -> str:
    """What matters in an answer, on one line."""
    if not isinstance(body, dict):
        return ""
    told = [f"{name}={_short(body[name])}" for name in _ESSENTIAL if body.get(name) not in (None, "")]
    told += [_listed(name, body[name]) for name in _LISTS if body.get(name)]
    line = " ".join(told)
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"


def _listed(name: str, items: list[Any]) -> str:
    first = items[0] if isinstance(items[0], dict) else {}
    inner = ",".join(
        _short(item.get("clause") or item.get("field") or "") for item in items[:4] if isinstance(item, dict)
    )
    return f"{name}={len(items)}" + (f"({inner})" if first.get("clause") or first.get("field") else "")


def _short(value: Any) -> str:
    """Long ids by their end, which differs; their beginning is the time."""
    text = str(value)
    return f"…{text[-8:]}" if len(text) >= 32 else text


def _columns(text: str) -> int:
    """How wide a terminal shows it: Chinese characters take two columns."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _columns(text))
