"""How enforcement's aggregates are found, locked and kept.

Locks are taken in one order, so that no two decisions wait for each other: groups (see group_store), appeal, case,
violation, penalty, provider, restriction (several of one kind by key).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enforcement import tables
from services.enforcement.domain.appeal import Appeal
from services.enforcement.domain.case import PERMITS, UNDECIDED, Case, CaseKind
from services.enforcement.domain.penalty import Penalty
from services.enforcement.domain.violation import COUNTING, Violation
from shared.contracts.catalog import ListingUpdated
from shared.contracts.effects import Target
from shared.contracts.monitoring import OutageClosed
from shared.contracts.registry import ProviderStandingChanged
from shared.db.transaction import Transaction
from shared.errors import NotFound, StaleVersion

A = TypeVar("A", Case, Violation, Penalty, Appeal)


async def lock(tx: Transaction, kind: type[A], key: UUID, version: int | None, name: str) -> A:
    found = await tx.session.get(kind, key, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(f"There is no such {name}")
    if version is not None and found.version != version:
        raise StaleVersion(f"The {name} was changed since you read it", current=found.version)
    return found


async def lock_case(tx: Transaction, case_id: UUID, version: int | None) -> Case:
    """The case, locked until the end of the transaction; `version` is the one that the caller read, if it matters."""
    return await lock(tx, Case, case_id, version, "case")


async def lock_violation(tx: Transaction, violation_id: UUID) -> Violation:
    return await lock(tx, Violation, violation_id, None, "violation")


async def lock_appeal(tx: Transaction, appeal_id: UUID, version: int) -> Appeal:
    return await lock(tx, Appeal, appeal_id, version, "appeal")


async def lock_expulsion(tx: Transaction, provider_id: UUID) -> None:
    """Two officers must not both open an expulsion of one provider."""
    await _serialise(tx.session, f"expulsion:{provider_id}")


async def open_expulsion(tx: Transaction, provider_id: UUID) -> Case | None:
    columns = tables.case_file.c
    found: Case | None = await tx.session.scalar(
        select(Case).where(
            columns.provider_id == provider_id, columns.kind == CaseKind.EXPULSION, columns.status.in_(UNDECIDED)
        )
    )
    return found


async def lock_provider(tx: Transaction, provider_or_group: UUID) -> None:
    """Violations of one provider, in all its accounts, are confirmed one after the other: each counts those before."""
    await _serialise(tx.session, f"provider:{provider_or_group}")


async def lock_publication(tx: Transaction) -> None:
    """Processes that start together publish rulebooks one after the other."""
    await _serialise(tx.session, "rulebook")


async def lock_reports(tx: Transaction, act: str, target: Target) -> None:
    """Two reports of one act about one subject must not both open a case."""
    await _serialise(tx.session, f"report:{act}:{target.key}")


async def _serialise(session: AsyncSession, what: str) -> None:
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(what, 0))))


async def case_of(tx: Transaction, origin_id: UUID, act: str) -> Case | None:
    found: Case | None = await tx.session.scalar(
        select(Case).where(tables.case_file.c.origin_id == origin_id, tables.case_file.c.act == act)
    )
    return found


async def joinable_case(tx: Transaction, act: str, provider_id: UUID, listing_id: UUID | None) -> Case | None:
    """The open case that a further report of this act about this subject joins; an expulsion is examined by itself."""
    columns = tables.case_file.c
    found: Case | None = await tx.session.scalar(
        select(Case)
        .where(
            columns.act == act,
            columns.provider_id == provider_id,
            columns.listing_id.is_not_distinct_from(listing_id),
            columns.kind != CaseKind.EXPULSION,
            columns.status.in_([status for status, permits in PERMITS.items() if permits.joining]),
        )
        .with_for_update()
    )
    return found


async def count_earlier(tx: Transaction, accounts: Iterable[UUID], act: str, since: datetime) -> int:
    """The violations of this act that stand against the provider, in any of its accounts, and happened since then."""
    columns = tables.violation.c
    found = await tx.session.scalar(
        select(func.count()).where(
            columns.provider_id.in_(list(accounts)),
            columns.act == act,
            columns.status.in_(COUNTING),
            columns.happened_at >= since,
        )
    )
    return int(found or 0)


async def appeal_of(tx: Transaction, violation_id: UUID) -> Appeal | None:
    found: Appeal | None = await tx.session.scalar(select(Appeal).where(tables.appeal.c.violation_id == violation_id))
    return found


async def lock_cases_after(tx: Transaction, after: str, limit: int) -> Sequence[Case]:
    """The next `limit` cases by id, locked, so that what is told of them cannot be overtaken by a decision."""
    column = tables.case_file.c.case_id
    query = select(Case).order_by(column).limit(limit).with_for_update()
    return (await tx.session.scalars(query.where(column > UUID(after)) if after else query)).all()


async def known_listing(tx: Transaction, listing_id: UUID) -> ListingUpdated | None:
    state = await tx.session.scalar(select(tables.listing.c.state).where(tables.listing.c.key == str(listing_id)))
    return None if state is None else ListingUpdated.model_validate(state)


async def known_provider(tx: Transaction, provider_id: UUID) -> ProviderStandingChanged | None:
    state = await tx.session.scalar(select(tables.provider.c.state).where(tables.provider.c.key == str(provider_id)))
    return None if state is None else ProviderStandingChanged.model_validate(state)


async def providers_of(tx: Transaction, account_id: str) -> list[UUID]:
    found = await tx.session.scalars(select(tables.provider.c.key).where(tables.provider.c.account_id == account_id))
    return [UUID(key) for key in found]


async def lock_outage(tx: Transaction, outage_id: UUID) -> OutageClosed | None:
    """What monitoring last told of an outage; two judgements of it come one after the other."""
    query = select(tables.outage.c.state).where(tables.outage.c.key == str(outage_id)).with_for_update()
    state = await tx.session.scalar(query)
    return None if state is None else OutageClosed.model_validate(state)


async def keep_anchor(tx: Transaction, service: str, count: int, head_hash: str, sealed_at: datetime) -> None:
    anchor = insert(tables.audit_anchor).values(service=service, count=count, head_hash=head_hash, sealed_at=sealed_at)
    await tx.session.execute(anchor.on_conflict_do_nothing())
