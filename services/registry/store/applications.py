"""How applications, persons and documents are found."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from uuid import UUID

import yaml
from sqlalchemy import select

from services.registry import tables
from services.registry.domain.agreement import unsigned
from services.registry.domain.application import Application
from services.registry.domain.document import Document, DocumentKind, Numbered
from services.registry.domain.dossier import Dossier
from services.registry.domain.person import Person, PersonRole
from services.registry.domain.provider import Provider
from services.registry.store.agreements import agreements, signatures
from shared.business_days import Deadlines
from shared.db.transaction import Transaction
from shared.errors import NotFound


@cache
def document_kinds() -> Mapping[str, DocumentKind]:
    """By name, as the market's data lists them."""
    text = (files("services.registry") / "document_kinds.yaml").read_text(encoding="utf-8")
    kinds = (_kind(row) for row in yaml.safe_load(text))
    return {kind.kind: kind for kind in kinds}


def _kind(row: dict[str, str]) -> DocumentKind:
    typed = {"person": PersonRole(row["person"]), "number": Numbered(row.get("number", Numbered.OPTIONAL))}
    return DocumentKind(**{**row, **typed})  # type: ignore[arg-type]  # a wrong name or value fails the first start


async def application(tx: Transaction, provider_id: UUID) -> Application:
    """Its provider's row is what is locked."""
    found = await tx.session.get(Application, provider_id)
    if found is None:
        raise NotFound("There is no application with this id")
    return found


async def persons(tx: Transaction, provider_id: UUID) -> Mapping[PersonRole, Person]:
    found = await tx.session.scalars(select(Person).where(tables.person.c.provider_id == provider_id))
    return {person.role: person for person in found}


async def documents(tx: Transaction, provider_id: UUID) -> Sequence[Document]:
    """Oldest first, those that were replaced too."""
    columns = tables.document.c
    found = await tx.session.scalars(
        select(Document).where(columns.provider_id == provider_id).order_by(columns.uploaded_at, columns.document_id)
    )
    return found.all()


async def current_documents(tx: Transaction, provider_id: UUID) -> Sequence[Document]:
    """Oldest first, without those that were replaced: however often a file came anew, these stay few."""
    columns = tables.document.c
    found = await tx.session.scalars(
        select(Document)
        .where(columns.provider_id == provider_id, columns.replaced_at.is_(None))
        .order_by(columns.uploaded_at, columns.document_id)
    )
    return found.all()


async def dossier(tx: Transaction, provider: Provider) -> Dossier:
    """All that the admission of this provider looks at."""
    provider_id = provider.provider_id
    return Dossier(
        provider,
        await application(tx, provider_id),
        list((await persons(tx, provider_id)).values()),
        await current_documents(tx, provider_id),
        unsigned(await agreements(tx), await signatures(tx, provider_id), tx.now),
        document_kinds(),
        tx.now,
    )


PROVISIONAL = Deadlines(
    "application", "provider_id", "submitted_at", "due_business_days", "due_at", "due_is_provisional"
)
"""The due dates that are computed anew when the calendar of their year is published."""
