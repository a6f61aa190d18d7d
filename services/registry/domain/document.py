"""Documents that prove what a provider states: their kinds are data (`document_kinds.yaml`)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.registry.domain.person import PersonRole

_SHANGHAI = timedelta(hours=8)


class Numbered(StrEnum):
    """Whether a document of a kind is named by its number in the clear."""

    CODE = "code"  # its number, when stated, is the enterprise's unified social credit code
    OPTIONAL = "optional"
    NEVER = "never"  # its number is about a person and belongs into the profile, where it is sealed


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """`person` is whose key seals it; `item` what its verification belongs to. A new one replaces the old, or not."""

    kind: str
    title: str
    title_zh: str
    person: PersonRole
    item: str = ""
    required: bool = False
    number: Numbered = Numbered.OPTIONAL
    several: bool = False


@dataclass(eq=False)
class Document:
    """One uploaded file. `blob` is the address of its sealed content, `digest` the blind index of the plain one."""

    document_id: UUID
    provider_id: UUID
    person_id: UUID
    kind: str
    number: str
    issued_on: date | None
    valid_until: date | None
    media_type: str
    size: int
    blob: str
    digest: bytes
    uploaded_by: str
    uploaded_at: datetime
    replaced_at: datetime | None = None

    def is_valid(self, at: datetime) -> bool:
        """Not replaced, and its last day is not over."""
        return self.replaced_at is None and not is_over(self.valid_until, at)

    def lapse(self, *, at: datetime) -> None:
        """Its person was forgotten: it proves nothing any more, and no file is known as the same."""
        self.replaced_at = self.replaced_at or at
        self.digest = b""


def is_over(last_day: date | None, at: datetime) -> bool:
    """A document holds to the end of its last day in China; one without a last day holds for ever."""
    return last_day is not None and at >= end_of(last_day)


def end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + (timedelta(days=1) - _SHANGHAI)


def today(at: datetime) -> date:
    """The day in China."""
    return (at.astimezone(UTC) + _SHANGHAI).date()


def unproven(
    kinds: Mapping[str, DocumentKind], documents: Iterable[Document], since: Mapping[str, datetime | None], at: datetime
) -> tuple[str, ...]:
    """The kinds that prove these items and of which no valid document came after the item was last verified."""
    valid = [document for document in documents if document.is_valid(at)]
    needed = [kind for kind in kinds.values() if kind.required and kind.item in since]
    return tuple(kind.kind for kind in needed if not any(_proves(d, kind, since[kind.item]) for d in valid))


def _proves(document: Document, kind: DocumentKind, since: datetime | None) -> bool:
    return document.kind == kind.kind and (since is None or document.uploaded_at > since)


def lacking(kinds: Mapping[str, DocumentKind], documents: Iterable[Document], at: datetime) -> tuple[str, ...]:
    """The kinds that an application needs and of which there is no valid document."""
    held = {document.kind for document in documents if document.is_valid(at)}
    return tuple(kind.kind for kind in kinds.values() if kind.required and kind.kind not in held)
