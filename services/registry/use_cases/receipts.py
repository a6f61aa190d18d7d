"""The users of a leaving provider confirm that they got their data, or the provider proves it (7.4 (1))."""

from dataclasses import dataclass
from uuid import UUID

from services.registry import store
from services.registry.domain.errors import WrongExitStatus
from services.registry.domain.exit import Exit
from services.registry.domain.receipt import Receipt, ReceiptStatus
from services.registry.use_cases.numbers import refuse_personal
from shared.db.transaction import Transaction
from shared.errors import Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Handover:
    """One user and one listing of an exit."""

    exit_id: UUID
    listing_id: UUID
    merchant_id: str


async def confirm_receipt(tx: Transaction, handover: Handover) -> Receipt:
    """The user got the data. Said twice, it is the same."""
    leaving = await _handing_over(tx, handover.exit_id)
    receipt = await _lock(tx, handover)
    before = receipt.status
    receipt.confirm(tx.now)
    leaving.due_at = tx.now
    _record(tx, "confirm_receipt", leaving, receipt, before, "")
    return receipt


async def claim_receipt(
    tx: Transaction, handover: Handover, account_id: str, evidence: str, document_id: UUID | None = None
) -> Receipt:
    """The provider shows that a user got the data who does not confirm it. Open to a limited account too: it is due."""
    refuse_personal(evidence, "/evidence")
    leaving = await _handing_over(tx, handover.exit_id)
    await store.lock_own_provider(tx, leaving.provider_id, account_id)
    receipt = await _lock(tx, handover)
    before = receipt.status
    await _refuse_others_document(tx, leaving.provider_id, document_id)
    receipt.claim(evidence, document_id, tx.now)
    _record(tx, "claim_receipt", leaving, receipt, before, "")
    return receipt


async def decide_claim(
    tx: Transaction, handover: Handover, version: int, officer: str, *, convinced: bool, reason: str
) -> Receipt:
    refuse_personal(reason, "/reason")
    leaving = await _handing_over(tx, handover.exit_id)
    provider = await store.lock_provider(tx, leaving.provider_id)
    provider.refuse_own(officer)
    receipt = await _lock(tx, handover, version)
    before = receipt.status
    receipt.decide(convinced=convinced, by=officer, at=tx.now)
    leaving.due_at = tx.now
    _record(tx, "decide_claim", leaving, receipt, before, reason)
    return receipt


async def _refuse_others_document(tx: Transaction, provider_id: UUID, document_id: UUID | None) -> None:
    own = {document.document_id for document in await store.documents(tx, provider_id)} if document_id else set()
    if document_id is not None and document_id not in own:
        raise Invalid(
            "There is no such document of this provider",
            errors=[{"pointer": "/document_id", "in": "body", "message": "is no document of this provider"}],
        )


async def _lock(tx: Transaction, handover: Handover, version: int | None = None) -> Receipt:
    return await store.exits.lock_receipt(tx, handover.exit_id, handover.listing_id, handover.merchant_id, version)


async def _handing_over(tx: Transaction, exit_id: UUID) -> Exit:
    leaving = await store.exits.lock_exit(tx, exit_id)
    if not leaving.permits.hands_over:
        if leaving.accepted_at is None:
            raise NotFound("No receipt is due for this exit")
        raise WrongExitStatus(f"The exit is {leaving.status}; nothing is handed over", status=leaving.status)
    return leaving


def _record(tx: Transaction, action: str, leaving: Exit, receipt: Receipt, before: ReceiptStatus, reason: str) -> None:
    tx.record(
        action,
        f"provider:{leaving.provider_id}",
        old={"status": before},
        new={"exit_id": leaving.exit_id, "listing_id": receipt.listing_id, "status": receipt.status},
        reason=reason,
    )
