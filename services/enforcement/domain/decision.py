"""A decision: who decided what about a case, on which facts, under which rulebook. Written once, never changed."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class DecisionKind(StrEnum):
    CONFIRMATION = "confirmation"
    DISMISSAL = "dismissal"
    LIFT = "lift"
    APPEAL_UPHELD = "appeal_upheld"
    APPEAL_OVERTURNED = "appeal_overturned"
    RECOMMENDATION = "recommendation"
    RETURN = "return"
    INTERIM = "interim"
    EXTENSION = "extension"
    CURE = "cure"
    UNLINK = "unlink"


@dataclass(eq=False)
class Decision:
    """`rulebook_hash` pins the very text that was applied; `facts` and `trace` are as they stood at `decided_at`.

    `measures` are those that the officer chose where the rulebook leaves a choice.
    """

    decision_id: UUID
    kind: DecisionKind
    case_id: UUID
    rulebook: str
    rulebook_version: str
    rulebook_hash: str
    decided_by: str
    decided_at: datetime
    reason: str
    cause: str = ""
    evidence: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    trace: dict[str, Any] = field(default_factory=dict)
    measures: list[str] = field(default_factory=list)
