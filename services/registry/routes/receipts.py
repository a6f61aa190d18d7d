"""How the users of a leaving provider confirm that they got their data (7.4 (1))."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.registry import store
from services.registry.domain.errors import OwnProvider, ReceiptSettled, WrongExitStatus
from services.registry.domain.receipt import ReceiptStatus
from services.registry.queries import exits as queries
from services.registry.queries import providers as provider_queries
from services.registry.routes.access import DENIED, STAFF, VERSIONED, CanApply, CanDecide
from services.registry.schemas.exits import ClaimDecisionRequest, ClaimRequest, ReceiptRequest, ReceiptResponse
from services.registry.use_cases import receipts as use_cases
from services.registry.use_cases.receipts import Handover
from shared.errors import Invalid, KeyRequired, KeyReused, NotFound
from shared.http.auth import Caller, Role, requires
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.versions import IfMatch, etag

router = APIRouter(tags=["registry"])
CanConfirm = Annotated[Caller, requires(Role.MERCHANT)]
CanReadReceipts = Annotated[Caller, requires(Role.MERCHANT, Role.PROVIDER, Role.OFFICER, Role.AUDITOR)]


@router.get(
    "/exits/{exit_id}/receipts",
    operation_id="list_receipts",
    response_model=PageOf[ReceiptResponse],
    responses=problems(*DENIED, NotFound, Invalid),
)
async def list_receipts(
    tx: Tx,
    caller: CanReadReceipts,
    paging: Paging,
    exit_id: UUID,
    status: Annotated[ReceiptStatus | None, Query()] = None,
) -> PageOf[ReceiptResponse]:
    """A user sees its own receipts, the provider and staff all of them."""
    leaving = await store.exits.exit_of(tx, exit_id)
    if not caller.has(*STAFF, Role.MERCHANT):
        await provider_queries.provider(tx, leaving.provider_id, caller.subject)
    merchant_id = caller.subject if caller.has(Role.MERCHANT) and not caller.has(*STAFF) else None
    after = (UUID(paging.after["listing_id"]), str(paging.after["merchant_id"])) if paging.after else None
    found = await queries.receipts(tx, exit_id, merchant_id, status, after, paging.limit + 1)
    return paging.page(
        [ReceiptResponse.of(receipt) for receipt in found],
        lambda item: {"listing_id": str(item.listing_id), "merchant_id": item.merchant_id},
    )


@router.post(
    "/exits/{exit_id}/receipts",
    operation_id="confirm_receipt",
    status_code=201,
    response_model=ReceiptResponse,
    responses=problems(*DENIED, KeyRequired, KeyReused, NotFound, Invalid, WrongExitStatus),
)
async def confirm_receipt(tx: Tx, caller: CanConfirm, once: Once, exit_id: UUID, body: ReceiptRequest) -> Response:
    """The user confirms that it got its data of a service. Confirming it again changes nothing."""
    if (kept := await once.kept()) is not None:
        return kept
    receipt = await use_cases.confirm_receipt(tx, Handover(exit_id, body.listing_id, caller.subject))
    return once.answer(201, ReceiptResponse.of(receipt), headers={"etag": etag(receipt.version)})


@router.post(
    "/exits/{exit_id}/claims",
    operation_id="claim_receipt",
    status_code=201,
    response_model=ReceiptResponse,
    responses=problems(*DENIED, KeyRequired, KeyReused, NotFound, Invalid, WrongExitStatus, ReceiptSettled),
)
async def claim_receipt(tx: Tx, caller: CanApply, once: Once, exit_id: UUID, body: ClaimRequest) -> Response:
    """The provider shows that a user got its data who does not confirm it; an officer decides."""
    if (kept := await once.kept()) is not None:
        return kept
    handover = Handover(exit_id, body.listing_id, body.merchant_id)
    receipt = await use_cases.claim_receipt(tx, handover, caller.subject, body.evidence, body.document_id)
    return once.answer(201, ReceiptResponse.of(receipt), headers={"etag": etag(receipt.version)})


@router.post(
    "/exits/{exit_id}/claims/decision",
    operation_id="decide_receipt_claim",
    response_model=ReceiptResponse,
    responses=problems(*DENIED, OwnProvider, NotFound, Invalid, WrongExitStatus, ReceiptSettled, *VERSIONED),
)
async def decide_receipt_claim(
    tx: Tx, caller: CanDecide, response: Response, version: IfMatch, exit_id: UUID, body: ClaimDecisionRequest
) -> ReceiptResponse:
    """`If-Match` carries the version of the receipt."""
    handover = Handover(exit_id, body.listing_id, body.merchant_id)
    receipt = await use_cases.decide_claim(
        tx, handover, version, caller.subject, convinced=body.convinced, reason=body.reason
    )
    response.headers["etag"] = etag(receipt.version)
    return ReceiptResponse.of(receipt)
