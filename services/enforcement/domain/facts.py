"""What a rule may ask about, by the source of the facts, and the type of each value."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from services.enforcement.domain.durations import format_duration
from shared.contracts.monitoring import OutageCause, OutageState

Value = str | int | timedelta
Facts = Mapping[str, Value | None]
"""None, or no entry: not known. A rule never takes what is not known for a no."""


class FactType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DURATION = "duration"


class Detector(StrEnum):
    """How an act comes to light: measured by monitoring, or reported by a person."""

    OUTAGE = "outage"
    REPORT = "report"


FACT_TYPES: Mapping[Detector, Mapping[str, FactType]] = {
    Detector.OUTAGE: {
        "listing_kind": FactType.TEXT,
        "cause": FactType.TEXT,
        "merchants_affected": FactType.NUMBER,
        "open_for": FactType.DURATION,
    },
    Detector.REPORT: {},
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


def readable(facts: Facts) -> dict[str, str | int | None]:
    """The facts as they are kept with a decision and shown to people."""
    return {name: format_duration(value) if isinstance(value, timedelta) else value for name, value in facts.items()}
