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


class Outcome(StrEnum):
    """A waiting key has a due time and a bounded number of retries; what stands behind a stopped record is parked."""

    DONE = "done"
    DUPLICATE = "duplicate"
    RETRY_LATER = "retry-later"
    DEAD_LETTER = "dead-letter"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Why a record can never be applied as it is."""

    reason: Reason
    error: str


class NotYet(Exception):  # noqa: N818
    """Raised by a reaction that cannot apply a fact yet; becomes RETRY_LATER. Its key waits, the rest goes on."""

    def __init__(self, why: str, after: timedelta = timedelta(seconds=1)) -> None:
        super().__init__(why)
        self.after = after
