"""Documents: uploaded by their provider, read by it and by officers (3.1, 3.2)."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.registry import store
from services.registry.domain.errors import (
    AccountBlocked,
    DocumentExpired,
    DocumentMismatch,
    IdentityBarred,
    TooManyDocuments,
    WrongApplicationState,
    WrongChangeState,
)
from services.registry.queries import providers as queries
from services.registry.routes.access import DENIED, CanApply, CanRead, CanReadProfile, only_of
from services.registry.schemas.documents import (
    DocumentKindItem,
    DocumentKindsResponse,
    DocumentNumber,
    DocumentResponse,
    KindName,
)
from services.registry.use_cases import documents as use_cases
from shared.blobs import Blobbed, UnknownContent
from shared.errors import Invalid, KeyRequired, KeyReused, NotFound, TooLarge
from shared.http.dependencies import Tx
from shared.http.idempotency import Once
from shared.http.pagination import PageOf, Paging
from shared.http.problems import problems
from shared.http.uploads import WholeBody, upload
from shared.http.versions import etag
from shared.personal.http import Vaulted
from shared.personal.vault import Erased

router = APIRouter(tags=["registry"])
LIMIT = 10_000_000
_FILE = {"schema": {"type": "string", "format": "binary"}}
_TYPES = ("application/pdf", "image/jpeg", "image/png", "image/webp")


@router.post(
    "/providers/{provider_id}/documents",
    operation_id="upload_document",
    status_code=201,
    response_model=DocumentResponse,
    responses=problems(
        *DENIED, NotFound, KeyRequired, KeyReused, Invalid, UnknownContent, DocumentExpired, DocumentMismatch, TooLarge,
        WrongApplicationState, WrongChangeState, AccountBlocked, Erased, IdentityBarred, TooManyDocuments,
    ),
    openapi_extra=upload(LIMIT, *_TYPES),
)  # fmt: skip
async def upload_document(
    caller: CanApply,
    content: WholeBody,
    tx: Tx,
    vault: Vaulted,
    blobs: Blobbed,
    once: Once,
    request: Request,
    provider_id: UUID,
    kind: Annotated[KindName, Query()],
    number: Annotated[DocumentNumber, Query()] = "",
    issued_on: Annotated[date | None, Query()] = None,
    valid_until: Annotated[date | None, Query(description="The last day; none = without end.")] = None,
) -> Response:
    """The body is the file itself, up to 10 MB. What it is, is told by its content."""
    if (kept := await once.kept()) is not None:
        return kept
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    given = use_cases.Upload(kind, number.strip(), issued_on, valid_until, declared, content)
    provider, document = await use_cases.upload_document(tx, vault, blobs, provider_id, caller.subject, given)
    return once.answer(
        201,
        DocumentResponse.of(document),
        location=f"/v1/documents/{document.document_id}",
        headers={"etag": etag(provider.version)},
    )


@router.get(
    "/providers/{provider_id}/documents",
    operation_id="list_documents",
    response_model=PageOf[DocumentResponse],
    responses=problems(*DENIED, NotFound, Invalid),
)
async def list_documents(tx: Tx, caller: CanReadProfile, paging: Paging, provider_id: UUID) -> PageOf[DocumentResponse]:
    """Oldest first, with those that a later one replaced."""
    await queries.provider(tx, provider_id, only_of(caller))
    after = paging.after and (datetime.fromisoformat(paging.after["at"]), UUID(paging.after["id"]))
    found = await queries.documents(tx, provider_id, after or None, paging.limit + 1)
    return paging.page(
        [DocumentResponse.of(document) for document in found],
        lambda item: {"at": item.uploaded_at.isoformat(), "id": str(item.document_id)},
    )


@router.get(
    "/documents/{document_id}",
    operation_id="read_document",
    response_class=Response,
    responses={
        200: {"description": "The file as it came.", "content": {name: _FILE for name in _TYPES}},
        **problems(*DENIED, NotFound, Invalid, Erased),
    },
)
async def read_document(tx: Tx, caller: CanReadProfile, vault: Vaulted, blobs: Blobbed, document_id: UUID) -> Response:
    """The file, for its provider and for officers. Every reading is recorded."""
    document = await queries.document(tx, document_id, only_of(caller))
    content = await use_cases.read_document(tx, vault, blobs, document)
    ending = document.media_type.rpartition("/")[2]
    headers = {
        "cache-control": "no-store",
        "content-disposition": f'attachment; filename="{document.kind}-{document.document_id}.{ending}"',
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return Response(content, headers=headers, media_type=document.media_type)


@router.get(
    "/document-kinds",
    operation_id="list_document_kinds",
    response_model=DocumentKindsResponse,
    responses=problems(*DENIED),
)
async def list_document_kinds(caller: CanRead) -> DocumentKindsResponse:
    """Which documents exist, and which an application needs."""
    return DocumentKindsResponse(items=[DocumentKindItem.of(kind) for kind in store.document_kinds().values()])
