"""A request to be qualified for a category: from its submission to the decision, with a lease for who works on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.registry.domain.claim import refuse_unfit
from services.registry.domain.errors import RequestClaimed, WrongRequestState
from services.registry.domain.requirement import Proof


class RequestState(StrEnum):
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    GRANTED = "granted"


_S = RequestState
_DECIDED = frozenset({_S.CHANGES_REQUESTED, _S.REJECTED, _S.GRANTED})
TRANSITIONS: dict[RequestState, frozenset[RequestState]] = {
    _S.SUBMITTED: _DECIDED | {_S.IN_REVIEW, _S.WITHDRAWN},
    _S.IN_REVIEW: _DECIDED | {_S.IN_REVIEW, _S.SUBMITTED, _S.WITHDRAWN},
    _S.CHANGES_REQUESTED: frozenset({_S.SUBMITTED, _S.WITHDRAWN}),
    # The end of this request; another one may always be made.
    _S.REJECTED: frozenset(),
    _S.WITHDRAWN: frozenset(),
    _S.GRANTED: frozenset(),
}
OPEN = frozenset({_S.SUBMITTED, _S.IN_REVIEW, _S.CHANGES_REQUESTED})
"""Of these a provider has one in each category at the most."""
QUEUED = frozenset({_S.SUBMITTED, _S.IN_REVIEW})


@dataclass(eq=False)
class QualificationRequest:
    """`renews`: the category was held when it was made; what is held goes on until its own end."""

    request_id: UUID
    provider_id: UUID
    account_id: str
    category: str
    proofs: list[dict[str, Any]]
    requested_at: datetime
    renews: bool = False
    state: RequestState = RequestState.SUBMITTED
    claimed_by: str = ""
    claimed_until: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = ""
    expires_at: datetime | None = None
    version: int = 1

    @property
    def target(self) -> str:
        """How the audit trail names it."""
        return f"qualification_request:{self.request_id}"

    @property
    def put_forward(self) -> tuple[Proof, ...]:
        return tuple(proof_of(kept) for kept in self.proofs)

    def resubmit(self, proofs: list[dict[str, Any]], *, at: datetime) -> None:
        """Corrected, after changes were asked for."""
        if self.state is not _S.CHANGES_REQUESTED:
            raise WrongRequestState("No changes were asked for", state=self.state)
        self._become(_S.SUBMITTED)
        self.proofs, self.requested_at = proofs, at
        self.decided_at, self.decided_by, self.reason = None, "", ""

    def withdraw(self) -> None:
        self._become(_S.WITHDRAWN)
        self._let_go()

    def claim(self, *, by: str, at: datetime, until: datetime) -> None:
        """An officer takes it until then; claiming again prolongs it, and one whose time is over is anybody's."""
        self.refuse_unfit(by, at)
        self._become(_S.IN_REVIEW)
        self.claimed_by, self.claimed_until = by, until

    def release(self, *, by: str, at: datetime) -> None:
        self.refuse_unfit(by, at)
        if self.state is not _S.IN_REVIEW:
            raise WrongRequestState("Nobody has claimed the request", state=self.state)
        self._become(_S.SUBMITTED)
        self._let_go()

    def decide(self, then: RequestState, *, by: str, at: datetime, reason: str) -> None:
        self.refuse_unfit(by, at)
        if then not in _DECIDED:
            raise ValueError(f"{then} is no decision")
        self._become(then)
        self.decided_at, self.decided_by, self.reason = at, by, reason
        self._let_go()

    def refuse_unfit(self, by: str, at: datetime) -> None:
        refuse_unfit(self, by, at, RequestClaimed, "request")

    def _let_go(self) -> None:
        self.claimed_by, self.claimed_until = "", None

    def _become(self, then: RequestState) -> None:
        if then not in TRANSITIONS[self.state]:
            raise WrongRequestState(f"A request that is {self.state} cannot become {then}", state=self.state)
        self.state = then
        self.version += 1


def proof_of(kept: Mapping[str, Any]) -> Proof:
    document = kept.get("document_id")
    return Proof(kept["kind"], None if document is None else UUID(document), kept.get("statement", ""))


def kept_proof(proof: Proof) -> dict[str, Any]:
    """As it is stored."""
    document = None if proof.document_id is None else str(proof.document_id)
    return {"kind": proof.kind, "document_id": document, "statement": proof.statement}
