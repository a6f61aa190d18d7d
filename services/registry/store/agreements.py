"""How agreements and signatures are found."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from services.registry import tables
from services.registry.domain.agreement import Agreement, AgreementKind, Signature
from shared.db.transaction import Transaction


async def lock_seed(tx: Transaction) -> None:
    """Processes that start together seed one after the other."""
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("seed", 0))))


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
