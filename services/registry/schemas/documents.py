"""The HTTP shapes of documents. Their content is answered as it came."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, StringConstraints

from services.registry.domain.document import Document, DocumentKind

KindName = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z_]+$")]
DocumentNumber = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]


class DocumentResponse(BaseModel):
    document_id: UUID
    provider_id: UUID
    kind: str
    number: str
    issued_on: date | None
    valid_until: date | None
    media_type: str
    size: int
    uploaded_at: datetime
    replaced_at: datetime | None

    @classmethod
    def of(cls, document: Document) -> Self:
        return cls.model_validate({name: getattr(document, name) for name in cls.model_fields})


class DocumentKindItem(BaseModel):
    kind: str
    title: str
    title_zh: str
    required: bool

    @classmethod
    def of(cls, kind: DocumentKind) -> Self:
        return cls(kind=kind.kind, title=kind.title, title_zh=kind.title_zh, required=kind.required)


class DocumentKindsResponse(BaseModel):
    items: list[DocumentKindItem]
