"""A pair of accounts that may be one provider: proposed by what they share, judged by staff, or found by an officer.

| from \\ by | evidence worth it | evidence gone | confirm   | reject   | undo   | investigate |
|-----------|-------------------|---------------|-----------|----------|--------|-------------|
| (new)     | proposed          | -             | -         | -        | -      | confirmed   |
| proposed  | proposed          | lapsed        | confirmed | rejected | refused| confirmed   |
| lapsed    | proposed          | lapsed        | refused   | refused  | refused| confirmed   |
| rejected  | proposed *        | rejected      | refused   | refused  | refused| confirmed   |
| undone    | proposed *        | undone        | refused   | refused  | refused| confirmed   |
| confirmed | confirmed         | confirmed     | refused   | refused  | undone | refused     |

\\* only upon a trait that the decision did not see.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.registry.domain.errors import WrongLinkStatus
from services.registry.domain.evidence import WORTH_PROPOSING, Witness, confidence
from services.registry.domain.trait import Ground

Pair = tuple[UUID, UUID]


class LinkStatus(StrEnum):
    PROPOSED = "proposed"
    LAPSED = "lapsed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    UNDONE = "undone"


class Basis(StrEnum):
    """On what ground accounts count as one provider (6.5.11), the law's own first."""

    CODE = "code"
    REPRESENTATIVE = "representative"
    INVESTIGATION = "investigation"
    EVIDENCE = "evidence"


def pair_of(one: UUID, other: UUID) -> Pair:
    return (one, other) if one < other else (other, one)


def name_of(ground: Ground) -> str:
    return f"{ground[0]}:{ground[1].hex()}"


@dataclass(eq=False)
class Link:
    """`judged` are the traits that staff saw when they decided; `grounds` those that speak for the pair now."""

    link_id: UUID
    first_id: UUID
    second_id: UUID
    proposed_at: datetime
    status: LinkStatus = LinkStatus.LAPSED
    confidence: float = 0.0
    evidence: list[dict[str, Any]] = field(default_factory=list)
    grounds: list[str] = field(default_factory=list, repr=False)
    judged: list[str] = field(default_factory=list, repr=False)
    basis: str = ""
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = ""
    version: int = 1

    @property
    def pair(self) -> Pair:
        return self.first_id, self.second_id

    @property
    def target(self) -> str:
        """How the audit trail names it."""
        return f"link:{self.link_id}"

    @property
    def kinds(self) -> list[str]:
        return [witness["kind"] for witness in self.evidence]

    def assess(self, witnesses: tuple[Witness, ...], *, at: datetime) -> bool:
        """Takes in what the two share now; tells whether anything changed. What staff confirmed stands."""
        if self.status is LinkStatus.CONFIRMED:
            return False
        sure, grounds = confidence(witnesses), sorted(name_of(witness.ground) for witness in witnesses)
        if sure < WORTH_PROPOSING or not set(grounds) - set(self.judged):
            if self.status is not LinkStatus.PROPOSED:
                return False
            self.status = LinkStatus.LAPSED
            self.version += 1
            return True
        if self.status is LinkStatus.PROPOSED and (self.confidence, self.grounds) == (sure, grounds):
            return False
        if self.status is not LinkStatus.PROPOSED:
            self.status, self.proposed_at = LinkStatus.PROPOSED, at
        self.confidence, self.grounds = sure, grounds
        self.evidence = [{"kind": witness.kind.value, "shared_by": witness.shared_by} for witness in witnesses]
        self.version += 1
        return True

    def confirm(self, *, by: str, at: datetime, reason: str) -> None:
        self._refuse_unless(LinkStatus.PROPOSED)
        self.basis = Basis.EVIDENCE
        self._decide(LinkStatus.CONFIRMED, by, at, reason)

    def reject(self, *, by: str, at: datetime, reason: str) -> None:
        self._refuse_unless(LinkStatus.PROPOSED)
        self._decide(LinkStatus.REJECTED, by, at, reason)

    def undo(self, *, by: str, at: datetime, reason: str) -> None:
        self._refuse_unless(LinkStatus.CONFIRMED)
        self._decide(LinkStatus.UNDONE, by, at, reason)

    def investigate(self, *, by: str, at: datetime, reason: str, found: str) -> None:
        """An officer found out that one person controls both, whatever the accounts share or was decided before."""
        self._refuse_unless(*(status for status in LinkStatus if status is not LinkStatus.CONFIRMED))
        self.evidence = [*self.evidence, {"kind": Basis.INVESTIGATION.value, "found": found}]
        self.basis = Basis.INVESTIGATION
        self._decide(LinkStatus.CONFIRMED, by, at, reason)

    def _refuse_unless(self, *allowed: LinkStatus) -> None:
        if self.status not in allowed:
            raise WrongLinkStatus(f"The pair is {self.status}", status=self.status)

    def _decide(self, status: LinkStatus, by: str, at: datetime, reason: str) -> None:
        self.status, self.decided_by, self.decided_at, self.reason = status, by, at, reason
        self.judged = sorted({*self.judged, *self.grounds})
        self.version += 1
