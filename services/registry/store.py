"""How the registry's aggregates are found, locked and kept."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, true
from sqlalchemy.dialects.postgresql import insert

from services.registry import tables
from services.registry.domain.agreement import Agreement, AgreementKind, Signature
from services.registry.domain.provider import Provider
from services.registry.domain.qualification import Qualification
from shared.contracts.effects import Cause, target_key
from shared.contracts.enforcement import RestrictionChanged
from shared.db.transaction import Transaction
from shared.errors import NotFound, StaleVersion


async def lock_account(tx: Transaction, account_id: str) -> None:
    """Applications of one account come one after the other, so that a second one sees the first."""
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"account:{account_id}", 0))))


async def lock_seed(tx: Transaction) -> None:
    """Processes that start together seed one after the other."""
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("seed", 0))))


async def lock_provider(tx: Transaction, provider_id: UUID, version: int | None = None) -> Provider:
    """The provider, locked until the end of the transaction; `version` is the one that the caller read."""
    found = await tx.session.get(Provider, provider_id, with_for_update=True)
    if found is None:
        raise NotFound("There is no provider with this id")
    if version is not None and found.version != version:
        raise StaleVersion(f"The provider is at version {found.version} by now", version=found.version)
    return found


async def lock_own_provider(
    tx: Transaction, provider_id: UUID, account_id: str, version: int | None = None
) -> Provider:
    """The same for its own account; another's provider does not exist for it."""
    owned = select(tables.provider.c.provider_id).where(
        tables.provider.c.provider_id == provider_id, tables.provider.c.account_id == account_id
    )
    if await tx.session.scalar(owned) is None:
        raise NotFound("There is no provider with this id")
    return await lock_provider(tx, provider_id, version)


async def provider_of(tx: Transaction, account_id: str) -> UUID | None:
    found: UUID | None = await tx.session.scalar(
        select(tables.provider.c.provider_id).where(tables.provider.c.account_id == account_id)
    )
    return found


async def with_code(tx: Transaction, code: str) -> Sequence[UUID]:
    """The providers that state this unified social credit code."""
    found = await tx.session.scalars(
        select(tables.provider.c.provider_id)
        .where(tables.provider.c.unified_social_credit_code == code)
        .order_by(tables.provider.c.provider_id)
    )
    return found.all()


async def agreements(tx: Transaction) -> Sequence[Agreement]:
    found = await tx.session.scalars(
        select(Agreement).order_by(tables.agreement.c.agreement, tables.agreement.c.in_force_at)
    )
    return found.all()


async def agreement(tx: Transaction, kind: AgreementKind, version: str) -> Agreement | None:
    return await tx.session.get(Agreement, (kind, version))


async def signatures(tx: Transaction, provider_id: UUID) -> Sequence[Signature]:
    found = await tx.session.scalars(
        select(Signature)
        .where(tables.signature.c.provider_id == provider_id)
        .order_by(tables.signature.c.signed_at, tables.signature.c.agreement)
    )
    return found.all()


async def qualifications(tx: Transaction, provider_id: UUID) -> Sequence[Qualification]:
    found = await tx.session.scalars(
        select(Qualification)
        .where(tables.qualification.c.provider_id == provider_id)
        .order_by(tables.qualification.c.category)
    )
    return found.all()


async def causes(tx: Transaction, provider_id: UUID, category: str = "") -> list[Cause]:
    """What enforcement holds against the provider, and against it in this category if one is named."""
    keys = [target_key("provider", provider_id)]
    if category:
        keys.append(target_key("provider_category", provider_id, category))
    states = await tx.session.scalars(select(tables.restriction.c.state).where(tables.restriction.c.key.in_(keys)))
    return [cause for state in states for cause in RestrictionChanged.model_validate(state).causes]


async def lock_providers_after(tx: Transaction, provider_id: str, limit: int) -> Sequence[Provider]:
    """The next `limit` providers by id. Locked, so that what is told of them cannot be overtaken by a change."""
    after = tables.provider.c.provider_id > UUID(provider_id) if provider_id else true()
    found = await tx.session.scalars(
        select(Provider).where(after).order_by(tables.provider.c.provider_id).limit(limit).with_for_update()
    )
    return found.all()


async def keep_anchor(tx: Transaction, service: str, count: int, head_hash: str, sealed_at: datetime) -> None:
    anchor = insert(tables.audit_anchor).values(service=service, count=count, head_hash=head_hash, sealed_at=sealed_at)
    await tx.session.execute(anchor.on_conflict_do_nothing())
