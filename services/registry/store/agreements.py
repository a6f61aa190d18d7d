"""How agreements, signatures and timers are found."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, func, select, true
from sqlalchemy.orm import undefer

from services.registry import tables
from services.registry.domain.agreement import Agreement, AgreementKind, AgreementTimer, Signature
from services.registry.domain.provider import Provider
from shared.contracts.registry import Standing
from shared.db.transaction import Transaction


async def lock_seed(tx: Transaction) -> None:
    """Processes that start together seed one after the other; versions are announced one after the other."""
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("seed", 0))))


async def agreements(tx: Transaction, *, texts: bool = False) -> Sequence[Agreement]:
    """All versions; their texts only for whoever shows them."""
    query = select(Agreement).order_by(tables.agreement.c.agreement, tables.agreement.c.in_force_at)
    found = await tx.session.scalars(query.options(undefer("*")) if texts else query)
    return found.all()


async def agreement(tx: Transaction, kind: AgreementKind, version: str) -> Agreement | None:
    """With its text."""
    return await tx.session.get(Agreement, (kind, version), options=[undefer("*")])


async def signatures(tx: Transaction, provider_id: UUID) -> Sequence[Signature]:
    found = await tx.session.scalars(
        select(Signature)
        .where(tables.signature.c.provider_id == provider_id)
        .order_by(tables.signature.c.signed_at, tables.signature.c.agreement)
    )
    return found.all()


async def claim_timer(tx: Transaction) -> AgreementTimer | None:
    """The stage that is due first and that nobody else deals with now."""
    columns = tables.agreement_timer.c
    found = await tx.session.scalars(
        select(AgreementTimer)
        .where(columns.done_at.is_(None), columns.due_at <= tx.now)
        .order_by(columns.due_at, columns.agreement, columns.version)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return found.first()


async def admitted_without(
    tx: Transaction, agreement: Agreement, after: UUID | None, limit: int
) -> Sequence[tuple[UUID, str]]:
    """(provider, account) of the next admitted providers, by id, that have not signed this text."""
    provider, signature = tables.provider.c, tables.signature.c
    signed = exists().where(
        signature.provider_id == provider.provider_id,
        signature.agreement == agreement.agreement,
        signature.text_hash == agreement.text_hash,
    )
    found = await tx.session.execute(
        select(provider.provider_id, provider.account_id)
        .where(provider.standing == Standing.ADMITTED, ~signed, provider.provider_id > after if after else true())
        .order_by(provider.provider_id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in found]


async def lock_unsigned_after(
    tx: Transaction, agreement: Agreement, after: UUID | None, limit: int
) -> Sequence[Provider]:
    """The next providers, by id and whatever their standing, that have not signed this text: locked.

    Whoever is being admitted at this moment is waited for, so that nobody is left out.
    """
    provider, signature = tables.provider.c, tables.signature.c
    signed = exists().where(
        signature.provider_id == provider.provider_id,
        signature.agreement == agreement.agreement,
        signature.text_hash == agreement.text_hash,
    )
    found = await tx.session.scalars(
        select(Provider)
        .where(provider.standing != Standing.EXITED, ~signed, provider.provider_id > after if after else true())
        .order_by(provider.provider_id)
        .limit(limit)
        .with_for_update(of=tables.provider)
    )
    return found.all()
