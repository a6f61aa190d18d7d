"""Reads of providers and of the queue of their applications."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, true, tuple_

from services.registry import store, tables
from services.registry.domain.agreement import Signature
from services.registry.domain.application import Application
from services.registry.domain.document import Document
from services.registry.domain.dossier import Missing
from services.registry.domain.provider import Provider
from services.registry.domain.qualification import qualified
from shared.contracts.registry import Qualified, Standing
from shared.db.transaction import Transaction
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class ProviderView:
    """A provider with everything that its page shows."""

    provider: Provider
    application: Application
    missing: tuple[Missing, ...]
    categories: tuple[Qualified, ...]
    signatures: Sequence[Signature]
    same_code: tuple[UUID, ...]


async def view(tx: Transaction, provider: Provider) -> ProviderView:
    dossier = await store.dossier(tx, provider)
    twins = await store.with_code(tx, provider.unified_social_credit_code)
    return ProviderView(
        provider,
        dossier.application,
        dossier.missing(),
        qualified(await store.qualifications(tx, provider.provider_id), tx.now),
        await store.signatures(tx, provider.provider_id),
        tuple(twin for twin in twins if twin != provider.provider_id),
    )


async def provider(tx: Transaction, provider_id: UUID, only_of: str | None) -> Provider:
    """The provider; `only_of` is the account that may see no other one's."""
    found = await tx.session.get(Provider, provider_id)
    if found is None or (only_of is not None and found.account_id != only_of):
        raise NotFound("There is no provider with this id")
    return found


async def providers(
    tx: Transaction,
    only_of: str | None,
    standing: Standing | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Provider]:
    """Who came first comes first."""
    columns = tables.provider.c
    conditions = [
        columns.account_id == only_of if only_of is not None else true(),
        columns.standing == standing if standing is not None else true(),
        tuple_(columns.applied_at, columns.provider_id) > tuple_(*after) if after is not None else true(),
    ]
    found = await tx.session.scalars(
        select(Provider).where(*conditions).order_by(columns.applied_at, columns.provider_id).limit(limit)
    )
    return found.all()


async def queue(
    tx: Transaction, free_at: datetime | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[tuple[Application, str]]:
    """What waits for staff, with its legal name: what is due first comes first. `free_at`: only what nobody has."""
    columns = tables.application.c
    conditions = [
        columns.due_at.is_not(None),
        columns.claimed_until.is_(None) | (columns.claimed_until <= free_at) if free_at is not None else true(),
        tuple_(columns.due_at, columns.provider_id) > tuple_(*after) if after is not None else true(),
    ]
    found = await tx.session.execute(
        select(Application, tables.provider.c.legal_name)
        .join(tables.provider, tables.provider.c.provider_id == columns.provider_id)
        .where(*conditions)
        .order_by(columns.due_at, columns.provider_id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in found]


async def document(tx: Transaction, document_id: UUID, only_of: str | None) -> Document:
    """The document; another provider's does not exist for an account."""
    found = await tx.session.get(Document, document_id)
    if found is not None and only_of is not None:
        owner = await tx.session.get(Provider, found.provider_id)
        if owner is None or owner.account_id != only_of:
            found = None
    if found is None:
        raise NotFound("There is no document with this id")
    return found


async def documents(
    tx: Transaction, provider_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Document]:
    """Oldest first, those that were replaced too."""
    columns = tables.document.c
    found = await tx.session.scalars(
        select(Document)
        .where(
            columns.provider_id == provider_id,
            tuple_(columns.uploaded_at, columns.document_id) > tuple_(*after) if after is not None else true(),
        )
        .order_by(columns.uploaded_at, columns.document_id)
        .limit(limit)
    )
    return found.all()
