"""An appeal: the provider asks that another officer looks again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.enforcement.domain.errors import AppealAlreadyDecided, SameOfficer
from shared.contracts.enforcement import AppealDecided, AppealFiled


class AppealStatus(StrEnum):
    FILED = "filed"
    UPHELD = "upheld"
    OVERTURNED = "overturned"


class Outcome(StrEnum):
    """UPHOLD: the violation stands. OVERTURN: it is taken back with all its penalties."""

    UPHOLD = "uphold"
    OVERTURN = "overturn"


RESULT: Mapping[Outcome, AppealStatus] = {
    Outcome.UPHOLD: AppealStatus.UPHELD,
    Outcome.OVERTURN: AppealStatus.OVERTURNED,
}
_TRANSITIONS: Mapping[AppealStatus, frozenset[AppealStatus]] = {
    AppealStatus.FILED: frozenset({AppealStatus.UPHELD, AppealStatus.OVERTURNED}),
    AppealStatus.UPHELD: frozenset(),
    AppealStatus.OVERTURNED: frozenset(),
}


@dataclass(eq=False)
class Appeal:
    """`confirmed_by` is the officer whose decision is appealed."""

    appeal_id: UUID
    violation_id: UUID
    provider_id: UUID
    confirmed_by: str
    filed_by: str
    filed_at: datetime
    text: str
    correlation_id: str
    status: AppealStatus = AppealStatus.FILED
    decision_id: UUID | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    version: int = 1

    def filed(self) -> AppealFiled:
        return AppealFiled(
            appeal_id=self.appeal_id,
            violation_id=self.violation_id,
            provider_id=self.provider_id,
            filed_at=self.filed_at,
        )

    def decide(self, outcome: Outcome, decision_id: UUID, officer: str, at: datetime, reason: str) -> AppealDecided:
        if RESULT[outcome] not in _TRANSITIONS[self.status]:
            raise AppealAlreadyDecided(f"The appeal is {self.status.value}", status=self.status.value)
        if officer == self.confirmed_by:
            raise SameOfficer("The officer who confirmed the violation cannot decide its appeal")
        self.status = RESULT[outcome]
        self.decision_id, self.decided_by, self.decided_at, self.reason = decision_id, officer, at, reason
        return AppealDecided(
            appeal_id=self.appeal_id,
            violation_id=self.violation_id,
            provider_id=self.provider_id,
            outcome=outcome.value,
            decision_id=decision_id,
            decided_at=at,
        )
