"""Documents: uploaded, sealed under their person's key, and read with a record of who did (3.1, 3.2)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NoReturn
from uuid import UUID

from services.registry import store
from services.registry.domain.application import ApplicationState
from services.registry.domain.document import Document, DocumentKind, Numbered, today
from services.registry.domain.errors import DocumentExpired, DocumentMismatch, TooManyDocuments
from services.registry.domain.provider import Provider
from services.registry.use_cases.numbers import refuse_personal
from services.registry.use_cases.standing import refuse_blocked_account
from services.registry.use_cases.traits import keep_traits
from shared.blobs import BlobRef, Blobs, sniff
from shared.db.transaction import Transaction
from shared.errors import Invalid
from shared.ids import new_id
from shared.personal.vault import Vault

MOST_OF_A_KIND = 1_000
_SAYS_NOTHING = frozenset({"", "application/octet-stream"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came. `declared` is the media type it is said to have."""

    kind: str
    number: str
    issued_on: date | None
    valid_until: date | None
    declared: str
    content: bytes


async def upload_document(
    tx: Transaction, vault: Vault, blobs: Blobs, provider_id: UUID, account_id: str, upload: Upload
) -> tuple[Provider, Document]:
    """The same file of the same kind again changes nothing."""
    provider = await store.lock_own_provider(tx, provider_id, account_id)
    await refuse_blocked_account(tx, provider)
    kind = _kind(upload)
    application = await store.application(tx, provider_id)
    if kind.item:
        application.refuse_changes()
        if (change := await store.open_change(tx, provider_id)) is not None:
            change.refuse_new_proof(kind.item)
    media_type = _media_type(upload)
    _refuse_bad_terms(upload, kind, provider, today(tx.now))
    digest = vault.index("document", hashlib.sha256(upload.content).hexdigest())
    current = [d for d in await store.current_documents(tx, provider_id) if d.kind == kind.kind]
    if (known := _same(current, digest, upload)) is not None:
        return provider, known
    if kind.several and len(current) >= MOST_OF_A_KIND:
        raise TooManyDocuments(f"There are {len(current)} documents of this kind already", most=MOST_OF_A_KIND)
    person = (await store.persons(tx, provider_id))[kind.person]
    sealed = await vault.seal_bytes(tx, person.person_id, upload.content)
    document = Document(
        new_id(), provider_id, person.person_id, kind.kind, upload.number, upload.issued_on, upload.valid_until,
        media_type, len(upload.content), BlobRef.of(sealed).sha256, digest, account_id, tx.now,
    )  # fmt: skip
    tx.session.add(document)
    for old in () if kind.several else current:
        old.replaced_at = tx.now
    if kind.item and application.state is not ApplicationState.ADMITTED:
        application.doubt({kind.item})
    provider.version += 1
    await tx.session.flush()
    await keep_traits(tx, vault, provider)
    tx.record("upload_document", provider.target, new=_shown(document))
    await blobs.put(sealed)  # last, when nothing can be refused any more: no file lies there without its document
    return provider, document


async def read_document(tx: Transaction, vault: Vault, blobs: Blobs, document: Document) -> bytes:
    """Every reading is recorded: who, when, which."""
    await vault.refuse_erased(tx, document.person_id)
    sealed = await blobs.get(document.blob)
    content = await vault.unseal_bytes(tx, document.person_id, sealed)
    tx.record("read_document", f"document:{document.document_id}", new=_shown(document))
    return content


def _kind(upload: Upload) -> DocumentKind:
    found = store.document_kinds().get(upload.kind)
    if found is None:
        _refuse("kind", f"must be one of: {', '.join(store.document_kinds())}")
    return found


def _media_type(upload: Upload) -> str:
    if not upload.content:
        raise Invalid(
            "The file is empty", errors=[{"pointer": "", "in": "body", "message": "send the file as the body"}]
        )
    found = sniff(upload.content)
    if upload.declared not in _SAYS_NOTHING and upload.declared != found:
        raise DocumentMismatch(
            "The file is not of the type that Content-Type says",
            errors=[{"pointer": "/Content-Type", "in": "header", "message": f"the content is {found}"}],
        )
    return found


def _refuse_bad_terms(upload: Upload, kind: DocumentKind, provider: Provider, day: date) -> None:
    if upload.number:
        if kind.number is Numbered.NEVER:
            _refuse("number", "this kind is named by no number; numbers about persons belong into the profile")
        if kind.number is Numbered.CODE and upload.number != provider.unified_social_credit_code:
            raise DocumentMismatch(
                "The document belongs to another enterprise",
                errors=[{"pointer": "/number", "in": "query", "message": "is not the unified social credit code"}],
            )
        if kind.number is not Numbered.CODE:
            refuse_personal(upload.number, "/number")
    if upload.issued_on is not None and upload.issued_on > day:
        _refuse("issued_on", "lies in the future")
    if upload.issued_on and upload.valid_until and upload.valid_until < upload.issued_on:
        _refuse("valid_until", "lies before issued_on")
    if upload.valid_until is not None and upload.valid_until < day:
        raise DocumentExpired(
            "The document is no longer valid",
            errors=[{"pointer": "/valid_until", "in": "query", "message": "lies in the past"}],
        )


def _refuse(name: str, why: str) -> NoReturn:
    raise Invalid("The document cannot be taken", errors=[{"pointer": f"/{name}", "in": "query", "message": why}])


def _same(current: Sequence[Document], digest: bytes, upload: Upload) -> Document | None:
    terms = (digest, upload.number, upload.issued_on, upload.valid_until)
    return next((d for d in current if (d.digest, d.number, d.issued_on, d.valid_until) == terms), None)


def _shown(document: Document) -> dict[str, object]:
    return {
        "document_id": document.document_id,
        "kind": document.kind,
        "media_type": document.media_type,
        "size": document.size,
        "valid_until": document.valid_until,
    }
