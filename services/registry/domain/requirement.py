"""What a category asks of those who sell in it (3.2, 8.1): data, of `requirements.yaml`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.registry.domain.document import Document, end_of


@dataclass(frozen=True, slots=True)
class Proof:
    """What a provider puts forward for one kind: a document of its own, or a plain statement."""

    kind: str
    document_id: UUID | None = None
    statement: str = ""


@dataclass(frozen=True, slots=True)
class RequiredProof:
    """One kind of proof. `stated`: words are enough. `dated`: the document must say until when it is valid."""

    kind: str
    title: str
    title_zh: str
    stated: bool = False
    dated: bool = False
    notes: str = ""
    notes_zh: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What one category asks for. A grant holds `valid_days` at the most."""

    category: str
    clause: str
    source: str
    valid_days: int
    proofs: tuple[RequiredProof, ...]
    notes: str = ""
    notes_zh: str = ""

    def latest_end(self, proofs: Iterable[Proof], documents: Mapping[UUID, Document], at: datetime) -> datetime:
        """No grant outlives the first of its documents that ends."""
        used = (documents[p.document_id] for p in proofs if p.document_id is not None and p.document_id in documents)
        ends = [end_of(document.valid_until) for document in used if document.valid_until is not None]
        return min([at + timedelta(days=self.valid_days), *ends])

    def lacks(self, proofs: Iterable[Proof], documents: Mapping[UUID, Document], at: datetime) -> dict[str, str]:
        """By kind what is missing or does not prove it; empty when all that is asked for is there."""
        given: dict[str, list[Proof]] = {}
        for proof in proofs:
            given.setdefault(proof.kind, []).append(proof)
        known = {required.kind for required in self.proofs}
        wrong = {kind: "this category does not ask for it" for kind in given if kind not in known}
        for required in self.proofs:
            why = _why_not(required, given.get(required.kind, []), documents, at)
            if why:
                wrong[required.kind] = why
        return wrong


def _why_not(required: RequiredProof, given: Iterable[Proof], documents: Mapping[UUID, Document], at: datetime) -> str:
    whys = [_why_no_proof(required, proof, documents, at) for proof in given]
    if not whys:
        return "it is asked for and missing"
    return next((why for why in whys if why), "")


def _why_no_proof(required: RequiredProof, proof: Proof, documents: Mapping[UUID, Document], at: datetime) -> str:
    if proof.document_id is None:
        return "" if required.stated and proof.statement.strip() else "a document is asked for"
    document = documents.get(proof.document_id)
    if document is None:
        return "the provider has no document with this id"
    if document.kind != required.kind:
        return f"the document is a {document.kind}"
    if document.replaced_at is not None:
        return "the document was replaced by a later one"
    if not document.is_valid(at):
        return "the document is no longer valid"
    return "the document must say until when it is valid" if required.dated and document.valid_until is None else ""
