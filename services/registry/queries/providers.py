"""Reads of providers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, true, tuple_

from services.registry import store, tables
from services.registry.domain.agreement import Signature, unsigned
from services.registry.domain.provider import Missing, Provider
from services.registry.domain.qualification import qualified
from shared.contracts.registry import Qualified, Standing
from shared.db.transaction import Transaction
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class ProviderView:
    """A provider with everything that its page shows."""

    provider: Provider
    missing: tuple[Missing, ...]
    categories: tuple[Qualified, ...]
    signatures: Sequence[Signature]
    same_code: tuple[UUID, ...]


async def view(tx: Transaction, provider: Provider) -> ProviderView:
    signatures = await store.signatures(tx, provider.provider_id)
    open_agreements = unsigned(await store.agreements(tx), signatures, tx.now)
    twins = await store.with_code(tx, provider.unified_social_credit_code)
    return ProviderView(
        provider,
        provider.missing(open_agreements),
        qualified(await store.qualifications(tx, provider.provider_id), tx.now),
        signatures,
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
    """Oldest application first: the officers' queue."""
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
