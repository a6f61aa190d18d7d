"""A case: the suspicion of one act, proposed by a rule or opened by a report, decided by an officer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.enforcement.domain.errors import CaseDecided


class CaseStatus(StrEnum):
    PROPOSED = "proposed"
    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class CaseOrigin(StrEnum):
    OUTAGE = "outage"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Permits:
    """`deciding`: an officer may confirm or dismiss. `joining`: a further report joins instead of opening a case."""

    deciding: bool
    joining: bool


_TRANSITIONS: Mapping[CaseStatus, frozenset[CaseStatus]] = {
    CaseStatus.PROPOSED: frozenset({CaseStatus.CONFIRMED, CaseStatus.DISMISSED}),
    CaseStatus.OPEN: frozenset({CaseStatus.CONFIRMED, CaseStatus.DISMISSED}),
    CaseStatus.CONFIRMED: frozenset(),
    CaseStatus.DISMISSED: frozenset(),
}
PERMITS: Mapping[CaseStatus, Permits] = {
    CaseStatus.PROPOSED: Permits(deciding=True, joining=False),
    CaseStatus.OPEN: Permits(deciding=True, joining=True),
    CaseStatus.CONFIRMED: Permits(deciding=False, joining=False),
    CaseStatus.DISMISSED: Permits(deciding=False, joining=False),
}
UNDECIDED = tuple(status for status, permits in PERMITS.items() if permits.deciding)


@dataclass(eq=False)
class Case:
    """`rulebook` and `rulebook_version` are those in force at `happened_at`. `facts` and `trace` are what opened it."""

    case_id: UUID
    act: str
    clause: str
    rulebook: str
    rulebook_version: str
    provider_id: UUID
    listing_id: UUID | None
    origin: CaseOrigin
    origin_id: UUID
    status: CaseStatus
    happened_at: datetime
    opened_at: datetime
    correlation_id: str
    facts: dict[str, Any] = field(default_factory=dict)
    trace: dict[str, Any] = field(default_factory=dict)
    decision_id: UUID | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    version: int = 1

    @property
    def permits(self) -> Permits:
        return PERMITS[self.status]

    def confirm(self, decision_id: UUID, officer: str, at: datetime) -> None:
        self._decide(CaseStatus.CONFIRMED, decision_id, officer, at)

    def dismiss(self, decision_id: UUID, officer: str, at: datetime) -> None:
        self._decide(CaseStatus.DISMISSED, decision_id, officer, at)

    def _decide(self, status: CaseStatus, decision_id: UUID, officer: str, at: datetime) -> None:
        if status not in _TRANSITIONS[self.status]:
            raise CaseDecided(f"The case is {self.status.value}", status=self.status.value)
        self.status = status
        self.decision_id, self.decided_by, self.decided_at = decision_id, officer, at
