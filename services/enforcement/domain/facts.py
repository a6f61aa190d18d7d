"""What a rule may ask about, by the source of the facts, and the type of each value."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from services.enforcement.domain.durations import format_duration, parse_duration
from shared.contracts.monitoring import OutageCause, OutageState
from shared.contracts.registry import ServiceStoppedEarly

Value = str | int | timedelta
Facts = Mapping[str, Value | None]
"""None, or no entry: not known. A rule never takes what is not known for a no."""


class FactType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DURATION = "duration"


class Detector(StrEnum):
    """How an act comes to light: measured by monitoring, reported by a person, or told of a leaving provider."""

    OUTAGE = "outage"
    REPORT = "report"
    EXIT = "exit"


FACT_TYPES: Mapping[Detector, Mapping[str, FactType]] = {
    Detector.OUTAGE: {
        "listing_kind": FactType.TEXT,
        "cause": FactType.TEXT,
        "merchants_affected": FactType.NUMBER,
        "open_for": FactType.DURATION,
    },
    Detector.REPORT: {},
    Detector.EXIT: {"short_by": FactType.DURATION, "evidence": FactType.TEXT},
}


def outage_facts(outage: OutageState, at: datetime) -> Facts:
    """The facts of an outage as they stand at `at`; while it is open it is open until now."""
    ended = at if outage.ended_at is None else min(outage.ended_at, at)
    return {
        "listing_kind": outage.listing_kind,
        "cause": None if outage.cause is OutageCause.UNKNOWN else outage.cause.value,
        "merchants_affected": outage.merchants_affected,
        "open_for": max(ended - outage.started_at, timedelta(0)),
    }


def stop_facts(stopped: ServiceStoppedEarly) -> Facts:
    """By how much a leaving provider fell short of the period that it had to serve (7.4)."""
    short_by = max(stopped.due_until - stopped.stopped_at, timedelta(0))
    return {"short_by": short_by, "evidence": stopped.evidence or None}


def read_again(kept: Mapping[str, Any], detector: Detector) -> Facts:
    """Facts as they were kept with a case, to be judged once more."""
    types = FACT_TYPES[detector]
    return {
        name: parse_duration(value) if types[name] is FactType.DURATION and value is not None else value
        for name, value in kept.items()
        if name in types
    }


def readable(facts: Facts) -> dict[str, str | int | None]:
    """The facts as they are kept with a decision and shown to people."""
    return {name: format_duration(value) if isinstance(value, timedelta) else value for name, value in facts.items()}
