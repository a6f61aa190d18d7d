"""That a user of a leaving provider got the data of a service (7.4 (1)): confirmed by the user, or proven to staff."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.registry.domain.errors import ReceiptSettled


class ReceiptStatus(StrEnum):
    DUE = "due"
    CLAIMED = "claimed"
    CONFIRMED = "confirmed"
    ACCEPTED = "accepted"


TRANSITIONS: dict[ReceiptStatus, frozenset[ReceiptStatus]] = {
    ReceiptStatus.DUE: frozenset({ReceiptStatus.CLAIMED, ReceiptStatus.CONFIRMED}),
    # A claim that does not convince leaves the receipt due.
    ReceiptStatus.CLAIMED: frozenset({ReceiptStatus.CONFIRMED, ReceiptStatus.ACCEPTED, ReceiptStatus.DUE}),
    ReceiptStatus.CONFIRMED: frozenset(),
    ReceiptStatus.ACCEPTED: frozenset(),
}
SETTLED = frozenset({ReceiptStatus.CONFIRMED, ReceiptStatus.ACCEPTED})


@dataclass(eq=False)
class Receipt:
    """One user and one listing of one exit. `told_at`: when the user was told of it."""

    exit_id: UUID
    listing_id: UUID
    merchant_id: str
    status: ReceiptStatus = ReceiptStatus.DUE
    evidence: str = ""
    document_id: UUID | None = None
    claimed_at: datetime | None = None
    settled_at: datetime | None = None
    settled_by: str = ""
    told_at: datetime | None = None
    version: int = 1

    @property
    def is_settled(self) -> bool:
        return self.status in SETTLED

    def confirm(self, at: datetime) -> None:
        """The user says so. Saying it again changes nothing."""
        if not self.is_settled:
            self._become(ReceiptStatus.CONFIRMED)
            self.settled_at, self.settled_by = at, self.merchant_id

    def claim(self, evidence: str, document_id: UUID | None, at: datetime) -> None:
        """The provider says so and shows what proves it; staff decides."""
        self._become(ReceiptStatus.CLAIMED)
        self.evidence, self.document_id, self.claimed_at = evidence, document_id, at

    def decide(self, *, convinced: bool, by: str, at: datetime) -> None:
        if self.status is not ReceiptStatus.CLAIMED:
            raise ReceiptSettled(f"The receipt is {self.status}; only a claim is decided", status=self.status)
        self._become(ReceiptStatus.ACCEPTED if convinced else ReceiptStatus.DUE)
        if convinced:
            self.settled_at, self.settled_by = at, by

    def _become(self, then: ReceiptStatus) -> None:
        if then not in TRANSITIONS[self.status]:
            raise ReceiptSettled(f"A receipt that is {self.status} cannot become {then}", status=self.status)
        self.status = then
        self.version += 1
