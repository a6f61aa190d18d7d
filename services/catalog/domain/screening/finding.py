"""What a detector reports: which clause, how grave, and exactly where in the original text."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`blocks` refuses the submission, `warns` goes to the reviewer, `advises` only helps the writer."""

    BLOCKS = "blocks"
    WARNS = "warns"
    ADVISES = "advises"


@dataclass(frozen=True, slots=True)
class Finding:
    """`start` and `end` are positions in the text of `field` as it was sent, half-open."""

    detector: str
    clause: str
    severity: Severity
    field: str
    start: int
    end: int
    matched: str
    advice: str
