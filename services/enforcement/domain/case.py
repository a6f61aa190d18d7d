"""A case: the suspicion of one act, proposed by a rule or opened by a person, decided by an officer.

What ends in a grave measure is recommended by one officer and decided by a second one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.enforcement.domain.errors import CaseDecided, NotRecommended, SameOfficer
from shared.contracts.enforcement import CaseChanged


class CaseStatus(StrEnum):
    PROPOSED = "proposed"
    OPEN = "open"
    RECOMMENDED = "recommended"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class CaseOrigin(StrEnum):
    """Measured by monitoring, reported by a person, told by the registry of a leaving provider, found by the catalog
    in a live version, or investigated."""

    OUTAGE = "outage"
    REPORT = "report"
    EXIT = "exit"
    FINDING = "finding"
    OFFICER = "officer"


class CaseKind(StrEnum):
    """What others need to know it as: complaints and violations stand in the way of leaving, an expulsion ends it."""

    VIOLATION = "violation"
    COMPLAINT = "complaint"
    EXPULSION = "expulsion"


@dataclass(frozen=True, slots=True)
class Permits:
    """`deciding`: an officer may confirm or dismiss. `joining`: a further report joins instead of opening a case."""

    deciding: bool
    joining: bool


_DECIDED = frozenset({CaseStatus.CONFIRMED, CaseStatus.DISMISSED})
_TRANSITIONS: Mapping[CaseStatus, frozenset[CaseStatus]] = {
    CaseStatus.PROPOSED: _DECIDED | {CaseStatus.RECOMMENDED},
    CaseStatus.OPEN: _DECIDED | {CaseStatus.RECOMMENDED},
    CaseStatus.RECOMMENDED: _DECIDED | {CaseStatus.OPEN},
    CaseStatus.CONFIRMED: frozenset(),
    CaseStatus.DISMISSED: frozenset(),
}
PERMITS: Mapping[CaseStatus, Permits] = {
    CaseStatus.PROPOSED: Permits(deciding=True, joining=True),
    CaseStatus.OPEN: Permits(deciding=True, joining=True),
    CaseStatus.RECOMMENDED: Permits(deciding=True, joining=True),
    CaseStatus.CONFIRMED: Permits(deciding=False, joining=False),
    CaseStatus.DISMISSED: Permits(deciding=False, joining=False),
}
UNDECIDED = tuple(status for status, permits in PERMITS.items() if permits.deciding)


@dataclass(eq=False)
class Case:
    """`rulebook` and `rulebook_version` are those in force at `happened_at`. `facts` and `trace` are what opened it.

    `recommendation_id` is the decision by which `recommended_by` asked for a second officer's approval.
    """

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
    kind: CaseKind = CaseKind.VIOLATION
    recommended_by: str = ""
    recommendation_id: UUID | None = None
    version: int = 1

    @property
    def permits(self) -> Permits:
        return PERMITS[self.status]

    def changed(self) -> CaseChanged:
        """The whole case for others: to them it is open until it is decided."""
        return CaseChanged(
            case_id=self.case_id,
            provider_id=self.provider_id,
            kind=self.kind.value,
            act=self.act,
            clause=self.clause,
            status=CaseStatus.OPEN.value if self.permits.deciding else self.status.value,
            opened_at=self.opened_at,
            decided_at=self.decided_at,
        )

    def confirm(self, decision_id: UUID, officer: str, at: datetime) -> None:
        self._decide(CaseStatus.CONFIRMED, decision_id, officer, at)

    def dismiss(self, decision_id: UUID, officer: str, at: datetime) -> None:
        self._decide(CaseStatus.DISMISSED, decision_id, officer, at)

    def recommend(self, recommendation_id: UUID, officer: str) -> None:
        """One officer finds the act proven; the measure takes hold only when a second one approves."""
        self._become(CaseStatus.RECOMMENDED)
        self.recommended_by, self.recommendation_id = officer, recommendation_id

    def approve(self, decision_id: UUID, officer: str, at: datetime) -> UUID:
        """A second officer agrees; the answer is the recommendation that is decided by it."""
        recommendation_id = self._by_a_second(officer)
        self.confirm(decision_id, officer, at)
        return recommendation_id

    def return_recommendation(self, officer: str) -> UUID:
        """A second officer does not agree yet: the case is open again."""
        recommendation_id = self._by_a_second(officer)
        self._become(CaseStatus.OPEN)
        self.recommended_by, self.recommendation_id = "", None
        return recommendation_id

    def _by_a_second(self, officer: str) -> UUID:
        if self.status is not CaseStatus.RECOMMENDED or self.recommendation_id is None:
            raise NotRecommended(f"The case is {self.status.value}", status=self.status.value)
        if officer == self.recommended_by:
            raise SameOfficer("The officer who recommended the measure cannot approve it")
        return self.recommendation_id

    def _decide(self, status: CaseStatus, decision_id: UUID, officer: str, at: datetime) -> None:
        self._become(status)
        self.decision_id, self.decided_by, self.decided_at = decision_id, officer, at

    def _become(self, status: CaseStatus) -> None:
        if status not in _TRANSITIONS[self.status]:
            raise CaseDecided(f"The case is {self.status.value}", status=self.status.value)
        self.status = status
