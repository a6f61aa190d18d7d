"""The platform moves an approved listing to another category (4.2): one of staff proposes it, another one confirms.

| from \\ by | confirm, by another person | decline  | end of the listing |
|-----------|----------------------------|----------|--------------------|
| proposed  | confirmed                  | declined | declined           |
| confirmed | refused                    | refused  | unchanged          |
| declined  | refused                    | refused  | unchanged          |
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.catalog.domain.category import Category
from services.catalog.domain.errors import MoveDecided, SecondReviewerNeeded
from services.catalog.domain.screening.finding import Severity
from shared.contracts.catalog import ReportedFinding

MISPLACED = "6.1.3(7)"
GRAVELY_MISPLACED = "6.1.4"


class MoveState(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


@dataclass(eq=False)
class Move:
    """`is_misplacement`: the provider put it where it does not belong, and the categories were not merely redrawn."""

    move_id: UUID
    listing_id: UUID
    provider_id: UUID
    from_category: str
    to_category: str
    is_misplacement: bool
    reason: str
    proposed_by: str
    proposed_at: datetime
    state: MoveState = MoveState.PROPOSED
    decided_by: str = ""
    decided_at: datetime | None = None
    decision_reason: str = ""
    version: int = 1

    @property
    def target(self) -> str:
        """How the audit trail names it."""
        return f"move:{self.move_id}"

    def confirm(self, *, by: str, at: datetime, reason: str) -> None:
        if by == self.proposed_by:
            raise SecondReviewerNeeded("Whoever proposed the move does not confirm it")
        self._decide(MoveState.CONFIRMED, by, at, reason)

    def decline(self, *, by: str, at: datetime, reason: str) -> None:
        """Whoever proposed it may take it back."""
        self._decide(MoveState.DECLINED, by, at, reason)

    def _decide(self, then: MoveState, by: str, at: datetime, reason: str) -> None:
        if self.state is not MoveState.PROPOSED:
            raise MoveDecided(f"The move was {self.state} before", state=self.state)
        self.state, self.decided_by, self.decided_at, self.decision_reason = then, by, at, reason
        self.version += 1


def misplacement(right: Category, wrong: Category) -> ReportedFinding:
    """What a misplacement breaks: of a special kind of service it is grave at the first time (6.1.4)."""
    return ReportedFinding(
        clause=GRAVELY_MISPLACED if right.special else MISPLACED,
        severity=Severity.BLOCKS if right.special else Severity.WARNS,
        field="category",
        matched=wrong.code,
        why_zh=f"发布在类目「{wrong.title_zh}」，实际属于「{right.title_zh}」。",
        why_en=f"It was published in “{wrong.title_en}” and belongs into “{right.title_en}”.",
    )
