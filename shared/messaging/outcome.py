"""What became of one record. Every failure has exactly one of these; reasons are a public contract."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Reason(StrEnum):
    """Why a record was dead-lettered. Dashboards and `make replay` key on these."""

    UNREADABLE = "unreadable"
    INVALID = "invalid"
    TOO_OLD = "too-old"
    FROM_FUTURE = "from-future"
    UNKNOWN_TYPE = "unknown-type"
    HANDLER_FAILED = "handler-failed"
    RETRIES_EXHAUSTED = "retries-exhausted"


@dataclass(frozen=True, slots=True)
class Done:
    pass


@dataclass(frozen=True, slots=True)
class Duplicate:
    pass


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Not now: this key waits (and what follows of it), everything else goes on."""

    after: timedelta
    why: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    reason: Reason
    error: str


Outcome = Done | Duplicate | RetryLater | DeadLetter


class NotYet(Exception):  # noqa: N818
    """Raised by a reaction that cannot apply a fact yet; becomes RetryLater for its key."""

    def __init__(self, why: str, after: timedelta = timedelta(seconds=1)) -> None:
        super().__init__(why)
        self.after = after
